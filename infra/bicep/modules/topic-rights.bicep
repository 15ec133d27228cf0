// The coordinator tells, and nobody else: what a plugin hears is not for it to say. A plugin hears what came to its own subscription.
metadata description = 'Who sends to the topic of events.'

@description('The namespace.')
param namespaceName string

@description('The principal of the coordinator.')
param coordinatorId string

// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var dataSender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39') // Azure Service Bus Data Sender

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName

  resource topic 'topics' existing = {
    name: 'formae-events'
  }
}

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::topic.id, coordinatorId, dataSender)
  scope: namespace::topic
  properties: {
    roleDefinitionId: dataSender
    principalId: coordinatorId
    principalType: 'ServicePrincipal'
  }
}
