#!/bin/sh
# Makes the secret that messages are signed with where there is none yet, and has the apps read it. It never leaves the pipe and the vault.
# azd gives the outputs of infra/bicep/main.bicep; without azd, set FORMAE_VAULT, FORMAE_RESOURCE_GROUP and AZURE_SUBSCRIPTION_ID.
set -eu

: "${FORMAE_VAULT:?}" "${FORMAE_RESOURCE_GROUP:?}" "${AZURE_SUBSCRIPTION_ID:?}"
secret=formae-message-keys

# A right that was given a moment ago may take some minutes to hold.
tries=20
until found=$(az keyvault secret list --vault-name "$FORMAE_VAULT" --query "[?name=='$secret'] | length(@)" --output tsv); do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then
    echo "The secrets of $FORMAE_VAULT cannot be read: the right Key Vault Secrets Officer is missing, or the vault is reached from its private network only." >&2
    exit 1
  fi
  sleep 15
done

if [ "$found" -eq 0 ]; then
  printf 'k1:%s' "$(openssl rand -base64 32)" | az keyvault secret set --vault-name "$FORMAE_VAULT" --name "$secret" --file /dev/stdin --encoding utf-8 --output none
  echo "Made $secret in $FORMAE_VAULT."
fi

for app in $(az functionapp list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$FORMAE_RESOURCE_GROUP" --query '[].id' --output tsv); do
  az rest --method post --url "$app/config/configreferences/appsettings/refresh?api-version=2024-11-01" --output none
done
