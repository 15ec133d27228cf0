// Where orchestrations and entities are kept, unless 'durableBackend' says Azure Storage.
metadata description = 'The Durable Task Scheduler and the task hub of the coordinator.'

@description('The name of the scheduler.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Consumption is paid by the action, Dedicated by the unit.')
@allowed(['Consumption', 'Dedicated'])
param sku string

@description('The units of the Dedicated plan.')
@minValue(1)
@maxValue(3)
param capacity int

@description('The principal of the coordinator.')
param coordinatorId string

@description('The subnet of the private endpoint; empty: the scheduler is reached from everywhere, with an identity that may.')
param endpointsSubnetId string

@description('The zone of the private name.')
param zone string

// Durable Task Data Contributor. Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var taskDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0ad04412-c4d5-4796-b79c-f76d14c8d402')

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: union({ name: sku }, sku == 'Dedicated' ? { capacity: capacity } : {})
    // Nobody gets in without the role; an empty list would keep everybody out.
    ipAllowlist: empty(endpointsSubnetId) ? ['0.0.0.0/0'] : []
    publicNetworkAccess: empty(endpointsSubnetId) ? 'Enabled' : 'Disabled'
  }

  resource hub 'taskHubs' = {
    name: 'Formae'
  }
}

resource worker 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, coordinatorId, taskDataContributor)
  scope: scheduler::hub
  properties: {
    roleDefinitionId: taskDataContributor
    principalId: coordinatorId
    principalType: 'ServicePrincipal'
  }
}

module endpoint 'private-endpoint.bicep' = if (!empty(endpointsSubnetId)) {
  params: {
    name: '${name}-scheduler'
    location: location
    tags: tags
    subnetId: endpointsSubnetId
    resourceId: scheduler.id
    part: 'scheduler'
    zone: zone
  }
}

@description('Where the scheduler answers.')
output endpoint string = scheduler.properties.endpoint
