// One way into one service, by an address of the network.
metadata description = 'A private endpoint and its name.'

@description('The name of the endpoint.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The subnet of the endpoints.')
param subnetId string

@description('The resource that it leads to.')
param resourceId string

@description('Which part of the resource: blob, table, queue, namespace, vault, scheduler.')
param part string

@description('The zone that its name is in; it is in this resource group.')
param zone string

resource names 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zone
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: part
        properties: {
          privateLinkServiceId: resourceId
          groupIds: [part]
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: part
          properties: { privateDnsZoneId: names.id }
        }
      ]
    }
  }
}
