// The coordinator reads and writes everything; a plugin the bodies of messages, and it reads the ring of keys.
metadata description = 'Who may do what in the storage account of the control plane.'

@description('The account.')
param accountName string

@description('The principal of the coordinator.')
param coordinatorId string

@description('The principals of the plugins.')
param pluginIds string[]

// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var tableDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3') // Storage Table Data Contributor
var blobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe') // Storage Blob Data Contributor
var blobDataReader = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1') // Storage Blob Data Reader

// In the container of the payloads there are the parts of rows too, which no plugin needs.
var isMessage = '((!(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read\'}) AND !(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write\'}) AND !(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action\'}) AND !(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action\'}) AND !(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete\'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike \'messages/*\'))'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: accountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource payloads 'containers' existing = {
      name: 'formae-payloads'
    }

    resource keys 'containers' existing = {
      name: 'formae-keys'
    }
  }
}

// The whole account: the coordinator asks for its tables when it starts, and makes one that a new version brings.
resource coordinatorRows 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, coordinatorId, tableDataContributor)
  scope: account
  properties: {
    roleDefinitionId: tableDataContributor
    principalId: coordinatorId
    principalType: 'ServicePrincipal'
  }
}

resource coordinatorPayloads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::payloads.id, coordinatorId, blobDataContributor)
  scope: account::blobs::payloads
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: coordinatorId
    principalType: 'ServicePrincipal'
  }
}

resource coordinatorKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::keys.id, coordinatorId, blobDataContributor)
  scope: account::blobs::keys
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: coordinatorId
    principalType: 'ServicePrincipal'
  }
}

resource pluginMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for pluginId in pluginIds: {
    name: guid(account::blobs::payloads.id, pluginId, blobDataContributor)
    scope: account::blobs::payloads
    properties: {
      roleDefinitionId: blobDataContributor
      principalId: pluginId
      principalType: 'ServicePrincipal'
      condition: isMessage
      conditionVersion: '2.0'
    }
  }
]

resource pluginKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for pluginId in pluginIds: {
    name: guid(account::blobs::keys.id, pluginId, blobDataReader)
    scope: account::blobs::keys
    properties: {
      roleDefinitionId: blobDataReader
      principalId: pluginId
      principalType: 'ServicePrincipal'
    }
  }
]
