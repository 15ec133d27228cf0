#!/bin/sh
# Publishes the apps that azure.yaml deploys, against the packages of Azure.
set -eu

publish() {
  rm -rf "artifacts/azure/$2"
  dotnet publish "$1" -c Release -v quiet -p:FormaeHost=Azure -p:FormaeDurable=Scheduler -o "artifacts/azure/$2"
}

publish functions/Coordinator coordinator
publish functions/plugins/AzureStorage azurestorage
publish functions/plugins/Azure azure
publish functions/plugins/Aws aws
publish functions/plugins/Postgres postgres
