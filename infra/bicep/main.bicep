// A control plane: the coordinator, the plugins, and what they stand on. What it costs and how it grows is in infra/README.md, what the settings mean in docs/azure.md.
targetScope = 'subscription'

metadata description = 'The control plane on Azure.'

import { Plugin, Size } from 'types.bicep'

@description('The name of this control plane: lower-case letters, digits and hyphens. Names of resources are made of it.')
@minLength(2)
@maxLength(20)
param environmentName string

@description('The region of everything.')
param location string

@description('The resource group, which is made.')
param resourceGroupName string = 'rg-${environmentName}'

@description('The object id of who deploys: it may read and write the secret that messages are signed with, to change it one day. Empty: somebody else has that right.')
param deployerId string = ''

@description('What the deployer is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerType string = 'User'

@description('The plugins.')
param plugins Plugin[]

@description('How large the coordinator is.')
param coordinatorSize Size

@description('Where orchestrations and entities are kept: in the Durable Task Scheduler, or in the storage account of the coordinator.')
@allowed(['Scheduler', 'AzureStorage'])
param durableBackend string = 'Scheduler'

@description('The plan of the scheduler: Consumption is paid by the action, Dedicated by the unit.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('The units of a Dedicated scheduler.')
@minValue(1)
@maxValue(3)
param schedulerCapacity int = 1

@description('Public: everything is reached by its public name, with an identity that may. Private: by private endpoints, from a network that is made.')
@allowed(['Public', 'Private'])
param network string = 'Public'

@description('The addresses of the private network.')
param addressSpace string = '10.90.0.0/16'

@description('The plan of Service Bus. A private network needs Premium.')
@allowed(['Standard', 'Premium'])
param busSku string = 'Standard'

@description('The messaging units of Premium.')
@allowed([1, 2, 4, 8, 16])
param busCapacity int = 1

@description('Where the rows of the control plane are stored: in one place, or in three zones of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param redundancy string = 'Standard_LRS'

@description('Whether the key vault of an earlier deployment of this name, which was deleted less than 90 days ago, is taken back.')
param recoverVault bool = false

@description('For how many days the log is kept.')
@minValue(30)
@maxValue(730)
param logRetentionInDays int = 30

@description('Where spans and metrics go, as OTLP. Empty: nowhere but into the log of the Functions host.')
param otlpEndpoint string = ''

@description('The application whose tokens the coordinator accepts, of the directory of this subscription. Empty: no tokens, only the host keys of the app.')
param entraAudience string = ''

@description('Further settings of the coordinator, by their names in docs/azure.md; no secrets.')
param coordinatorSettings { *: string } = {}

@description('Tags of every resource.')
param tags object = {}

var allTags = union(tags, { 'azd-env-name': environmentName })
var token = uniqueString(subscription().id, environmentName, location)
var isPrivate = network == 'Private'
var usesScheduler = durableBackend == 'Scheduler'
var pluginNames = map(plugins, plugin => plugin.name)
var listeners = map(filter(plugins, plugin => !empty(plugin.?events)), plugin => { name: plugin.name, events: plugin.?events ?? [] })

// Tables are made by the coordinator too, when it starts; here they are because whoever restricts its rights needs them to be there.
var tables = [
  'FormaeCommands'
  'FormaeOpenCommands'
  'FormaeUpdates'
  'FormaeProgress'
  'FormaeResources'
  'FormaeVersions'
  'FormaeByKsuid'
  'FormaeByNativeId'
  'FormaeByReference'
  'FormaeByTarget'
  'FormaeChanges'
  'FormaePolicies'
  'FormaeStacks'
  'FormaeTargets'
  'FormaePlugins'
  'FormaeUpkeep'
  'FormaePayloadUses'
]

var storageZones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
}
var busZone = 'privatelink.servicebus.windows.net'
var vaultZone = 'privatelink.vaultcore.azure.net'
var schedulerZone = 'privatelink.durabletask.io'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: resourceGroupName
  location: location
  tags: allTags
}

module coordinatorIdentity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-coordinator-${token}'
    location: location
    tags: allTags
  }
}

module pluginIdentities 'modules/identity.bicep' = [
  for plugin in plugins: {
    scope: group
    params: {
      name: 'id-${plugin.name}-${token}'
      location: location
      tags: allTags
    }
  }
]

module privateNetwork 'modules/network.bicep' = if (isPrivate) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: allTags
    addressSpace: addressSpace
    zones: [storageZones.blob, storageZones.queue, storageZones.table, busZone, vaultZone, schedulerZone]
  }
}

var appsSubnetId = isPrivate ? privateNetwork!.outputs.appsSubnetId : ''
var endpointsSubnetId = isPrivate ? privateNetwork!.outputs.endpointsSubnetId : ''

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    name: 'appi-${token}'
    location: location
    tags: allTags
    retentionInDays: logRetentionInDays
    coordinatorId: coordinatorIdentity.outputs.principalId
    pluginIds: [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'stformae${token}'
    location: location
    tags: allTags
    redundancy: redundancy
    tables: tables
    endpointsSubnetId: endpointsSubnetId
    zones: storageZones
  }
}

module storageRights 'modules/storage-rights.bicep' = {
  scope: group
  params: {
    accountName: storage.outputs.name
    coordinatorId: coordinatorIdentity.outputs.principalId
    pluginIds: [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]
  }
}

module bus 'modules/bus.bicep' = {
  scope: group
  params: {
    name: 'sb-formae-${token}'
    location: location
    tags: allTags
    sku: isPrivate ? 'Premium' : busSku
    capacity: busCapacity
    plugins: pluginNames
    listeners: listeners
    endpointsSubnetId: endpointsSubnetId
    zone: busZone
  }
}

module reportRights 'modules/queue-rights.bicep' = {
  scope: group
  params: {
    namespaceName: bus.outputs.name
    queueName: 'formae-reports'
    coordinatorId: coordinatorIdentity.outputs.principalId
    senderIds: [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]
    receiverIds: []
  }
}

module announcementRights 'modules/queue-rights.bicep' = {
  scope: group
  params: {
    namespaceName: bus.outputs.name
    queueName: 'formae-announcements'
    coordinatorId: coordinatorIdentity.outputs.principalId
    senderIds: [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]
    receiverIds: []
  }
}

module requestRights 'modules/queue-rights.bicep' = [
  for (plugin, index) in plugins: {
    scope: group
    params: {
      namespaceName: bus.outputs.name
      queueName: 'formae-requests-${plugin.name}'
      coordinatorId: coordinatorIdentity.outputs.principalId
      senderIds: []
      receiverIds: [pluginIdentities[index].outputs.principalId]
    }
  }
]

module topicRights 'modules/topic-rights.bicep' = {
  scope: group
  params: {
    namespaceName: bus.outputs.name
    coordinatorId: coordinatorIdentity.outputs.principalId
  }
}

module subscriptionRights 'modules/subscription-rights.bicep' = [
  for (plugin, index) in plugins: if (!empty(plugin.?events)) {
    scope: group
    params: {
      namespaceName: bus.outputs.name
      subscriptionName: plugin.name
      receiverId: pluginIdentities[index].outputs.principalId
    }
  }
]

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-formae-${token}'
    location: location
    tags: allTags
    recover: recoverVault
    coordinatorId: coordinatorIdentity.outputs.principalId
    pluginIds: [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]
    deployerId: deployerId
    deployerType: deployerType
    endpointsSubnetId: endpointsSubnetId
    zone: vaultZone
  }
}

module scheduler 'modules/scheduler.bicep' = if (usesScheduler) {
  scope: group
  params: {
    name: 'dts-formae-${token}'
    location: location
    tags: allTags
    sku: schedulerSku
    capacity: schedulerCapacity
    coordinatorId: coordinatorIdentity.outputs.principalId
    endpointsSubnetId: endpointsSubnetId
    zone: schedulerZone
  }
}

module coordinatorStorage 'modules/host-storage.bicep' = {
  scope: group
  params: {
    name: 'sthost${uniqueString(token, 'coordinator')}'
    location: location
    tags: allTags
    principalId: coordinatorIdentity.outputs.principalId
    holdsTaskHub: !usesScheduler
    endpointsSubnetId: endpointsSubnetId
    zones: storageZones
  }
}

module pluginStorage 'modules/host-storage.bicep' = [
  for (plugin, index) in plugins: {
    scope: group
    params: {
      name: 'sthost${uniqueString(token, plugin.name)}'
      location: location
      tags: allTags
      principalId: pluginIdentities[index].outputs.principalId
      holdsTaskHub: false
      endpointsSubnetId: endpointsSubnetId
      zones: storageZones
    }
  }
]

// These take the place of what host.json says, which is one file for every app and every backend.
var schedulerSettings = usesScheduler
  ? {
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      // The scheduler takes 1 MiB in a message; the changeset of some thousand resources is larger, and goes to blobs of the coordinator's own storage.
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__largePayloadStorageEnabled: 'true'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__largePayloadStorageThresholdBytes: '900000'
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${coordinatorIdentity.outputs.clientId}'
    }
  : {}

var entraSettings = empty(entraAudience)
  ? {}
  : {
      Formae__Access__Entra__TenantId: tenant().tenantId
      Formae__Access__Entra__Audience: entraAudience
    }

// Where nobody listens nothing is told.
var eventSettings = empty(listeners) ? {} : { FORMAE_EVENTS_TOPIC: 'formae-events' }

module coordinator 'modules/function-app.bicep' = {
  scope: group
  dependsOn: [storageRights, reportRights, announcementRights, requestRights, topicRights]
  params: {
    name: 'func-coordinator-${token}'
    service: 'coordinator'
    location: location
    tags: allTags
    size: coordinatorSize
    warm: 'http'
    identityId: coordinatorIdentity.outputs.id
    identityClientId: coordinatorIdentity.outputs.clientId
    hostStorageName: coordinatorStorage.outputs.name
    storageName: storage.outputs.name
    insightsName: monitoring.outputs.name
    busHostName: bus.outputs.hostName
    vaultName: vault.outputs.name
    ringKeyUri: vault.outputs.ringKeyUri
    otlpEndpoint: otlpEndpoint
    settings: union({ FormaeStorage__tableServiceUri: storage.outputs.tableEndpoint }, eventSettings, schedulerSettings, entraSettings, coordinatorSettings)
    subnetId: appsSubnetId
  }
}

module pluginApps 'modules/function-app.bicep' = [
  for (plugin, index) in plugins: {
    scope: group
    dependsOn: [storageRights, reportRights, announcementRights, requestRights, subscriptionRights]
    params: {
      name: 'func-${plugin.name}-${token}'
      service: plugin.name
      location: location
      tags: union(allTags, { 'formae-namespace': plugin.namespace, 'formae-version': plugin.version })
      size: plugin.size
      warm: 'function:Operation'
      identityId: pluginIdentities[index].outputs.id
      identityClientId: pluginIdentities[index].outputs.clientId
      hostStorageName: pluginStorage[index].outputs.name
      storageName: storage.outputs.name
      insightsName: monitoring.outputs.name
      busHostName: bus.outputs.hostName
      vaultName: vault.outputs.name
      ringKeyUri: vault.outputs.ringKeyUri
      otlpEndpoint: otlpEndpoint
      settings: union(
        { FormaeRequestQueue: 'formae-requests-${plugin.name}' },
        empty(plugin.?events) ? {} : { FORMAE_EVENTS_TOPIC: 'formae-events', FORMAE_EVENTS_SUBSCRIPTION: plugin.name },
        contains(plugin, 'config') ? { FormaePluginConfig: string(plugin.?config) } : {},
        plugin.?settings ?? {}
      )
      subnetId: appsSubnetId
    }
  }
]

@description('Where the control plane answers: what the command line calls --server.')
output FORMAE_SERVER string = coordinator.outputs.url

@description('The function app of the coordinator, whose host keys let callers in.')
output FORMAE_COORDINATOR_APP string = coordinator.outputs.name

@description('The principal of the coordinator: give it the right to read the vaults that settings of yours refer to.')
output FORMAE_COORDINATOR_PRINCIPAL string = coordinatorIdentity.outputs.principalId

@description('The function apps of the plugins, in the order of the parameter.')
output FORMAE_PLUGIN_APPS string[] = [for (plugin, index) in plugins: pluginApps[index].outputs.name]

@description('The principals of the plugins, in the order of the parameter: give them what they need in the clouds that they manage.')
output FORMAE_PLUGIN_PRINCIPALS string[] = [for (plugin, index) in plugins: pluginIdentities[index].outputs.principalId]

@description('The key vault, for the secret that messages are signed with.')
output FORMAE_VAULT string = vault.outputs.name

@description('The resource group.')
output FORMAE_RESOURCE_GROUP string = group.name
