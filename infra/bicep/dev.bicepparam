// Small and cheap: nothing is kept warm, and what nobody asks for costs next to nothing.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'formae-dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param deployerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param entraAudience = readEnvironmentVariable('FORMAE_ENTRA_AUDIENCE', '')
param otlpEndpoint = readEnvironmentVariable('FORMAE_OTLP_ENDPOINT', '')
param recoverVault = bool(readEnvironmentVariable('FORMAE_RECOVER_VAULT', 'false'))

param coordinatorSize = { memory: 2048, instances: 40, alwaysReady: 0 }

param plugins = [
  { name: 'azurestorage', namespace: 'AzureStorage', version: '0.1.0', size: { memory: 512, instances: 40, alwaysReady: 0 } }
  { name: 'azure', namespace: 'Azure', version: '0.1.0', size: { memory: 512, instances: 40, alwaysReady: 0 } }
  { name: 'aws', namespace: 'AWS', version: '0.1.0', size: { memory: 512, instances: 40, alwaysReady: 0 } }
  { name: 'postgres', namespace: 'Postgres', version: '0.1.0', size: { memory: 512, instances: 40, alwaysReady: 0 } }
]
