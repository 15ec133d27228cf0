// A coordinator that answers at once, a network of its own, and rows in three zones.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'formae-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param deployerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param entraAudience = readEnvironmentVariable('FORMAE_ENTRA_AUDIENCE', '')
param otlpEndpoint = readEnvironmentVariable('FORMAE_OTLP_ENDPOINT', '')
param recoverVault = bool(readEnvironmentVariable('FORMAE_RECOVER_VAULT', 'false'))

param network = 'Private'
param redundancy = 'Standard_ZRS'
param schedulerSku = 'Dedicated'
param logRetentionInDays = 90

param coordinatorSize = { memory: 4096, instances: 100, alwaysReady: 2 }

param plugins = [
  { name: 'azurestorage', namespace: 'AzureStorage', version: '0.1.0', size: { memory: 512, instances: 100, alwaysReady: 1 } }
  { name: 'azure', namespace: 'Azure', version: '0.1.0', size: { memory: 2048, instances: 100, alwaysReady: 1 } }
  { name: 'aws', namespace: 'AWS', version: '0.1.0', size: { memory: 2048, instances: 100, alwaysReady: 1 } }
  { name: 'postgres', namespace: 'Postgres', version: '0.1.0', size: { memory: 512, instances: 40, alwaysReady: 0 } }
]

param coordinatorSettings = {
  Formae__Synchronization__IntervalMinutes: '60'
}
