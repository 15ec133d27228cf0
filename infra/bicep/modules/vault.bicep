// Two things and no more: the secret that messages are signed with, which azure.yaml has made after this deployment, and the key that closes the ring of keys.
// Whoever may read the secrets here may read all of them, so what documents refer to belongs into another vault.
metadata description = 'The key vault of the control plane.'

@description('The name of the vault.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Whether a vault of this name was deleted and is still kept: it comes back then, with its secret and its key. Nobody can make a new one of that name meanwhile.')
param recover bool

@description('The principal of the coordinator: it reads the secret, and closes and opens the ring of keys.')
param coordinatorId string

@description('The principals of the plugins: they read the secret, and open the ring of keys.')
param pluginIds string[]

@description('Who may read and write the secret, to change it one day; empty: nobody is given the right here.')
param deployerId string

@description('What the deployer is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerType string

@description('The subnet of the private endpoint; empty: the vault is reached from everywhere, with an identity that may.')
param endpointsSubnetId string

@description('The zone of the private name.')
param zone string

// Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6') // Key Vault Secrets User
var secretsOfficer = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7') // Key Vault Secrets Officer
var cryptoServiceEncryptionUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'e147488a-f6f5-4113-8e2d-b22465e65bf6') // Key Vault Crypto Service Encryption User

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    createMode: recover ? 'recover' : 'default'
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: empty(endpointsSubnetId) ? 'Enabled' : 'Disabled'
  }

  resource ring 'keys' = {
    name: 'formae-key-ring'
    properties: {
      kty: 'RSA'
      keySize: 3072
      keyOps: ['wrapKey', 'unwrapKey']
    }
  }
}

resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for appId in concat([coordinatorId], pluginIds): {
    name: guid(vault.id, appId, secretsUser)
    scope: vault
    properties: {
      roleDefinitionId: secretsUser
      principalId: appId
      principalType: 'ServicePrincipal'
    }
  }
]

resource wrappers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for appId in concat([coordinatorId], pluginIds): {
    name: guid(vault::ring.id, appId, cryptoServiceEncryptionUser)
    scope: vault::ring
    properties: {
      roleDefinitionId: cryptoServiceEncryptionUser
      principalId: appId
      principalType: 'ServicePrincipal'
    }
  }
]

resource deployer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerId)) {
  name: guid(vault.id, deployerId, secretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: secretsOfficer
    principalId: deployerId
    principalType: deployerType
  }
}

module endpoint 'private-endpoint.bicep' = if (!empty(endpointsSubnetId)) {
  params: {
    name: '${name}-vault'
    location: location
    tags: tags
    subnetId: endpointsSubnetId
    resourceId: vault.id
    part: 'vault'
    zone: zone
  }
}

@description('The vault.')
output name string = vault.name

@description('The address of the key that closes the ring of keys, without a version.')
output ringKeyUri string = vault::ring.properties.keyUri
