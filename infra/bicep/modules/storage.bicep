// What the control plane knows: its rows, the bodies that are too large for a row or a message, and the ring of keys that secrets are sealed with. No account keys.
metadata description = 'The storage account of the control plane, with its tables and containers.'

@description('The name of the account.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How often a block is stored, and where: LRS in one place, ZRS in three zones of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param redundancy string

@description('The tables that the coordinator names.')
param tables string[]

@description('The subnet of the private endpoints; empty: the account is reached from everywhere, with an identity that may.')
param endpointsSubnetId string

@description('The names of the private zones, by part of the account.')
param zones object

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: empty(endpointsSubnetId) ? 'Enabled' : 'Disabled'
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // A key of the ring that is deleted takes every secret with it that it has sealed.
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource payloads 'containers' = {
      name: 'formae-payloads'
    }

    resource keys 'containers' = {
      name: 'formae-keys'
    }
  }

  resource rows 'tableServices' = {
    name: 'default'
  }
}

resource named 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [
  for table in tables: {
    parent: account::rows
    name: table
  }
]

module endpoint 'private-endpoint.bicep' = [
  for part in ['blob', 'table']: if (!empty(endpointsSubnetId)) {
    params: {
      name: '${name}-${part}'
      location: location
      tags: tags
      subnetId: endpointsSubnetId
      resourceId: account.id
      part: part
      zone: zones[part]
    }
  }
]

@description('The account.')
output name string = account.name

@description('The endpoint of its blobs.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('The endpoint of its tables.')
output tableEndpoint string = account.properties.primaryEndpoints.table
