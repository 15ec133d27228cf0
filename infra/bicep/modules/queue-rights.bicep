// Rights are given queue by queue: a plugin hears nothing that is for another one.
metadata description = 'Who sends to one queue, and who receives from it.'

@description('The namespace.')
param namespaceName string

@description('The queue.')
param queueName string

@description('The principal of the coordinator. It looks after every queue: what is dead there it shows, sends again or drops.')
param coordinatorId string

@description('The principals of the plugins that send.')
param senderIds string[]

@description('The principals of the plugins that receive.')
param receiverIds string[]

// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var dataSender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39') // Azure Service Bus Data Sender
var dataReceiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0') // Azure Service Bus Data Receiver

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName

  resource queue 'queues' existing = {
    name: queueName
  }
}

resource senders 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for senderId in concat([coordinatorId], senderIds): {
    name: guid(namespace::queue.id, senderId, dataSender)
    scope: namespace::queue
    properties: {
      roleDefinitionId: dataSender
      principalId: senderId
      principalType: 'ServicePrincipal'
    }
  }
]

resource receivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for receiverId in concat([coordinatorId], receiverIds): {
    name: guid(namespace::queue.id, receiverId, dataReceiver)
    scope: namespace::queue
    properties: {
      roleDefinitionId: dataReceiver
      principalId: receiverId
      principalType: 'ServicePrincipal'
    }
  }
]
