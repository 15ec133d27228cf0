// Who an app is: rights are given to it before the app is there.
metadata description = 'The identity of one app.'

@description('Its name.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

@description('Its resource id.')
output id string = identity.id

@description('The id that a program asks for tokens with.')
output clientId string = identity.properties.clientId

@description('The id that rights are given to.')
output principalId string = identity.properties.principalId
