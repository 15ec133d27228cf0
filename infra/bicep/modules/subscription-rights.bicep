// Rights are given subscription by subscription, as they are queue by queue: a plugin hears only what it has asked for.
metadata description = 'Who receives from one subscription of the topic of events.'

@description('The namespace.')
param namespaceName string

@description('The subscription.')
param subscriptionName string

@description('The principal of the plugin.')
param receiverId string

// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var dataReceiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0') // Azure Service Bus Data Receiver

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName

  resource topic 'topics' existing = {
    name: 'formae-events'

    resource subscription 'subscriptions' existing = {
      name: subscriptionName
    }
  }
}

resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::topic::subscription.id, receiverId, dataReceiver)
  scope: namespace::topic::subscription
  properties: {
    roleDefinitionId: dataReceiver
    principalId: receiverId
    principalType: 'ServicePrincipal'
  }
}
