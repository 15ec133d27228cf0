// Only where 'network' is 'Private': the apps' way to what they use leads through this network, and nothing of it is reached from outside.
metadata description = 'A virtual network with a subnet for the apps, one for the private endpoints, and the zones of their names.'

@description('The name of the network.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The addresses of the network, a block of 65,536.')
param addressSpace string

@description('The zones of private names that are needed.')
param zones string[]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 24, 0)
          delegations: [
            {
              // Flex Consumption runs in the environments of Container Apps.
              name: 'apps'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(addressSpace, 24, 1) }
      }
    ]
  }

  resource apps 'subnets' existing = {
    name: 'apps'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource names 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zones: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in zones: {
    parent: names[index]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

@description('Where the apps are.')
output appsSubnetId string = network::apps.id

@description('Where the private endpoints are.')
output endpointsSubnetId string = network::endpoints.id
