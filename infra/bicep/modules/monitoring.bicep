// What the Functions host tells of the apps. Nobody writes without an identity.
metadata description = 'Application Insights and its workspace.'

@description('The name of the component; the workspace is called after it.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('For how many days the log is kept.')
@minValue(30)
@maxValue(730)
param retentionInDays int

@description('The principal of the coordinator: it may write.')
param coordinatorId string

@description('The principals of the plugins: they may write.')
param pluginIds string[]

// Monitoring Metrics Publisher. All ids of built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var metricsPublisher = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-log'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource writers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in concat([coordinatorId], pluginIds): {
    name: guid(insights.id, principalId, metricsPublisher)
    scope: insights
    properties: {
      roleDefinitionId: metricsPublisher
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('The component.')
output name string = insights.name
