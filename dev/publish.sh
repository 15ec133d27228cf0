#!/bin/sh
# Publishes the apps of these folders for Core Tools, against the packages of Azure: dev/publish.sh functions/Coordinator functions/plugins/FakeAws
# Each goes to artifacts/local/NAME, with the settings for Azurite and the Service Bus emulator of dev/compose.yml.
set -eu
cd "$(dirname "$0")/.."

for app in "$@"; do
  out=artifacts/local/$(basename "$app")
  rm -rf "$out"
  dotnet publish "$app" -v quiet -p:FormaeHost=Azure "-p:FormaeDurable=${FORMAE_DURABLE:-AzureStorage}" -o "$out"
  cp "$app/local.settings.json.template" "$out/local.settings.json"
done
