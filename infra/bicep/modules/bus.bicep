// The bus: one queue for the reports of all plugins, one for their announcements, and one for the requests to each. And a topic for what has happened, with a subscription for each plugin that listens.
metadata description = 'The Service Bus namespace, its queues and its topic.'

import { Listener } from '../types.bicep'

@description('The name of the namespace.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Premium has units of its own and private endpoints.')
@allowed(['Standard', 'Premium'])
param sku string

@description('The messaging units of Premium.')
@allowed([1, 2, 4, 8, 16])
param capacity int

@description('The plugins, by the name that their queue has.')
param plugins string[]

@description('Those of the plugins that listen to events, and what they listen to.')
param listeners Listener[]

@description('The subnet of the private endpoint; empty: the namespace is reached from everywhere, with an identity that may.')
param endpointsSubnetId string

@description('The zone of the private name.')
param zone string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: union({ name: sku, tier: sku }, sku == 'Premium' ? { capacity: capacity } : {})
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: empty(endpointsSubnetId) ? 'Enabled' : 'Disabled'
  }
}

// The windows, locks and times are those that the code counts on: src/Protocol/Bus/BusContract.cs says why.
resource reports 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: 'formae-reports'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P1D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT4H'
    requiresSession: false
  }
}

resource announcements 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: 'formae-announcements'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'PT1H'
    deadLetteringOnMessageExpiration: false
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT4H'
    requiresSession: false
  }
}

resource requests 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for plugin in plugins: {
    parent: namespace
    name: 'formae-requests-${plugin}'
    properties: {
      lockDuration: 'PT5M'
      maxDeliveryCount: 10
      defaultMessageTimeToLive: 'PT1H'
      deadLetteringOnMessageExpiration: true
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'PT4H'
      requiresSession: false
    }
  }
]

resource events 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: 'formae-events'
  properties: {
    defaultMessageTimeToLive: 'P1D'
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT4H'
  }
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for listener in listeners: {
    parent: events
    name: listener.name
    properties: {
      lockDuration: 'PT1M'
      maxDeliveryCount: 10
      defaultMessageTimeToLive: 'P1D'
      deadLetteringOnMessageExpiration: false
      requiresSession: false
    }
  }
]

// One rule that says it all, under the name of the one that every new subscription has and that lets everything through. Rules of other names would have to be deleted by hand
// when the list becomes shorter: a deployment takes nothing away.
resource filters 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [
  for (listener, index) in listeners: {
    parent: subscriptions[index]
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: { sqlExpression: join(map(listener.events, event => 'sys.Label LIKE \'${replace(event, '*', '%')}\''), ' OR ') }
    }
  }
]

module endpoint 'private-endpoint.bicep' = if (!empty(endpointsSubnetId)) {
  params: {
    name: '${name}-namespace'
    location: location
    tags: tags
    subnetId: endpointsSubnetId
    resourceId: namespace.id
    part: 'namespace'
    zone: zone
  }
}

@description('The namespace.')
output name string = namespace.name

@description('The host name of the namespace.')
output hostName string = '${namespace.name}.servicebus.windows.net'
