#!/bin/sh
# Makes the secret that messages are signed with where there is none yet, and has the apps read it. It never leaves the pipe and the vault.
# It is written through Resource Manager, as a template would: that takes the right to deploy and no more, and reaches a vault of a private network too. Written by a template itself, it would be a
# new one with each deployment. Values cannot be read there.
# azd gives the outputs of infra/bicep/main.bicep; without azd, set FORMAE_VAULT, FORMAE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID.
set -eu

: "${FORMAE_VAULT:?}" "${FORMAE_RESOURCE_GROUP:?}" "${AZURE_SUBSCRIPTION_ID:?}"
secret=formae-message-keys
secrets="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$FORMAE_RESOURCE_GROUP/providers/Microsoft.KeyVault/vaults/$FORMAE_VAULT/secrets"
version='api-version=2024-11-01'

found=$(az rest --method get --url "$secrets?$version" --query "length(value[?name=='$secret'])" --output tsv)
if [ "$found" -eq 0 ]; then
  key=$(openssl rand -base64 32)
  printf '{"properties":{"value":"k1:%s"}}' "$key" | az rest --method put --url "$secrets/$secret?$version" --body @- --output none
  echo "Made $secret in $FORMAE_VAULT."
fi

for app in $(az functionapp list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$FORMAE_RESOURCE_GROUP" --query '[].id' --output tsv); do
  az rest --method post --url "$app/config/configreferences/appsettings/refresh?$version" --output none
done
