// One app on a plan of its own: a plan of Flex Consumption has one app.
metadata description = 'A function app of Flex Consumption, with the settings that every app of the control plane has.'

import { Size } from '../types.bicep'

@description('The name of the app.')
param name string

@description('The name of its service in azure.yaml.')
param service string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How large it is.')
param size Size

@description('What is kept warm: http, durable, or function: and the name of a function.')
param warm string

@description('The identity of the app.')
param identityId string

@description('The id that the app asks for tokens with.')
param identityClientId string

@description('The storage account of the app.')
param hostStorageName string

@description('The storage account of the control plane.')
param storageName string

@description('The Application Insights component.')
param insightsName string

@description('The host name of the Service Bus namespace.')
param busHostName string

@description('The key vault.')
param vaultName string

@description('The address of the key that closes the ring of keys.')
param ringKeyUri string

@description('Where spans and metrics go, as OTLP; empty: nowhere but into the log of the Functions host.')
param otlpEndpoint string

@description('What only this app is told.')
param settings object

@description('The subnet that the app is in; empty: none.')
param subnetId string

resource hostStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostStorageName
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': service })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: size.memory
        maximumInstanceCount: size.instances
        alwaysReady: size.alwaysReady == 0 ? [] : [{ name: warm, instanceCount: size.alwaysReady }]
      }
    }
  }

  // Nobody publishes with a password.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

// For the Functions host and the libraries of Azure.
var platform = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  AZURE_CLIENT_ID: identityClientId
  AzureWebJobsStorage__blobServiceUri: hostStorage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: hostStorage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: hostStorage.properties.primaryEndpoints.table
  ServiceBus__clientId: identityClientId
  ServiceBus__credential: 'managedidentity'
}

// For the code of this repository: docs/azure.md says what each of them means.
var common = {
  FormaeKeyRing__blobServiceUri: storage.properties.primaryEndpoints.blob
  FormaeKeyRing__vaultKeyUri: ringKeyUri
  FormaeMessageKeys: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=formae-message-keys)'
  FormaePayloads__blobServiceUri: storage.properties.primaryEndpoints.blob
  ServiceBus__fullyQualifiedNamespace: busHostName
}

resource configuration 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(platform, common, empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }, settings)
}

@description('The app.')
output name string = app.name

@description('Where the app answers.')
output url string = 'https://${app.properties.defaultHostName}'
