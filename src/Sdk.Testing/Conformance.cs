using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Testing;

/// <summary>What every resource type must do, whatever it is: run it over each type of a plugin.</summary>
public static class Conformance
{
    /// <summary>Creates the sample, reads it back, repeats the create, changes nothing, changes something, sees drift, deletes it twice, and sends what does not fit.</summary>
    /// <exception cref="ConformanceException">A rule is broken; the message says which.</exception>
    public static async Task RunAsync(PluginHarness harness, Sample sample, CancellationToken cancellationToken = default)
    {
        var type = harness.Operator.Types.FirstOrDefault(t => t.Name == sample.Type)
            ?? throw new ConformanceException($"{sample.Type} is not served; served are {string.Join(", ", harness.Operator.Types.Select(t => t.Name))}.");
        await new Run(harness, type, sample, cancellationToken).AllAsync().ConfigureAwait(false);
    }

    private sealed class Run(PluginHarness harness, ServedType type, Sample sample, CancellationToken cancellationToken)
    {
        public async Task AllAsync()
        {
            await WrongPropertiesAreRefusedAsync().ConfigureAwait(false);
            var (nativeId, created) = await CreateAsync().ConfigureAwait(false);
            var live = await ReadBackAsync(nativeId, sample.Properties).ConfigureAwait(false);
            await UpdateAsync(nativeId, sample.Properties, live).ConfigureAwait(false);
            live = await ReadBackAsync(nativeId, sample.Properties).ConfigureAwait(false);
            if (sample.Changed is { } changed)
            {
                await UpdateAsync(nativeId, changed, live).ConfigureAwait(false);
                live = await ReadBackAsync(nativeId, changed).ConfigureAwait(false);
                await DriftIsSeenAsync(nativeId, created, live).ConfigureAwait(false);
            }

            await ListedAsync(nativeId).ConfigureAwait(false);
            await DeleteAsync(nativeId).ConfigureAwait(false);
        }

        private async Task WrongPropertiesAreRefusedAsync()
        {
            var wrong = JsonObject.Create(sample.Properties)!;
            wrong["NoSuchProperty"] = 1;
            var report = await RunAsync(Requests.Create(type.Name, JsonSerializer.SerializeToElement(wrong))).ConfigureAwait(false);
            Require(report.Problem?.Code == ProblemCodes.InvalidRequest, "an unknown property is refused as InvalidRequest", report);
            Require(report.Problem!.Message.Contains("NoSuchProperty", StringComparison.Ordinal), "a refusal names the path of what is wrong", report);
        }

        private async Task<(string NativeId, JsonElement Properties)> CreateAsync()
        {
            var request = Requests.Create(type.Name, Sealed(sample.Properties));
            var report = await RunAsync(request).ConfigureAwait(false);
            Require(report is { Status: OperationStatus.Success, NativeId.Length: > 0, Properties: not null }, "a create ends with success, a native id and the whole object", report);
            var again = await RunAsync(request).ConfigureAwait(false);
            Require(again.NativeId == report.NativeId, "a create that is delivered twice makes one object", again);
            return (report.NativeId!, report.Properties!.Value);
        }

        private async Task<JsonElement> ReadBackAsync(string nativeId, JsonElement wanted)
        {
            var report = await RunAsync(Requests.Read(type.Name, nativeId, Redacted(wanted))).ConfigureAwait(false);
            Require(report is { Status: OperationStatus.Success, Properties: not null }, "a read finds what was made", report);
            foreach (var property in wanted.EnumerateObject())
            {
                var hint = type.Schema.Hints.GetValueOrDefault(property.Name) ?? new FieldHint();
                if (hint.WriteOnly)
                    continue;
                Require(report.Properties!.Value.TryGetProperty(property.Name, out var found), $"a read returns '{property.Name}' as it was written", report);
                if (hint.Opaque)
                    Require(SecretValues.DigestOf(found) == SecretValues.Digest(property.Value), $"'{property.Name}' is sealed", report);
                else
                    Require(SameIgnoringOrder(property.Value, found) || SameButForDefaults(property.Value, found, HintTree.Of(type.Schema).Child(property.Name)), $"a read returns '{property.Name}' as written ({property.Value} is not {found})", report);
            }

            return report.Properties!.Value;
        }

        // What the provider fills in inside of an object was not written, and is no difference.
        private static bool SameButForDefaults(JsonElement wanted, JsonElement found, HintTree hints)
        {
            var leftOut = ProviderDefaults.LeftOutBy(wanted, hints);
            return CanonicalText.Of(wanted, hints, Sense.Content, leftOut: leftOut) == CanonicalText.Of(found, hints, Sense.Content, leftOut: leftOut);
        }

        private async Task UpdateAsync(string nativeId, JsonElement wanted, JsonElement live)
        {
            var request = Requests.Update(type.Name, nativeId, Sealed(wanted), Hashed(live));
            var report = await RunAsync(request).ConfigureAwait(false);
            Require(report.Status == OperationStatus.Success, "an update of what did not drift succeeds", report);
            Require(report.NativeId == nativeId, "an update keeps the native id", report);
            var again = await RunAsync(request).ConfigureAwait(false);
            Require(again.Status == OperationStatus.Success, "an update that is delivered twice succeeds twice", again);
        }

        private async Task DriftIsSeenAsync(string nativeId, JsonElement before, JsonElement live)
        {
            var report = await RunAsync(Requests.Update(type.Name, nativeId, Sealed(sample.Properties), Hashed(before))).ConfigureAwait(false);

            // A type whose change cannot be seen by a read cannot drift.
            if (SameIgnoringOrder(Hashed(before), Hashed(live)))
                return;
            Require(report.Status == OperationStatus.Drifted, "an update whose plan was made against another state changes nothing and answers Drifted", report);
        }

        private async Task ListedAsync(string nativeId)
        {
            if (!type.CanList)
                return;
            var request = Requests.List(type.Name);
            for (var page = 0; page < 1000; page++)
            {
                var report = await RunAsync(request).ConfigureAwait(false);
                Require(report is { Status: OperationStatus.Success, NativeIds: not null }, "a listing succeeds", report);
                if (report.NativeIds!.Contains(nativeId))
                    return;
                if (report.NextPageToken is null)
                    break;
                request = request with { PageToken = report.NextPageToken, Sequence = request.Sequence + 1 };
            }

            throw new ConformanceException($"{type.Name}: a listing does not show '{nativeId}', which exists.");
        }

        private async Task DeleteAsync(string nativeId)
        {
            var request = Requests.Delete(type.Name, nativeId) with { PriorProperties = Redacted(sample.Properties) };
            Require(await RunAsync(request).ConfigureAwait(false) is { Status: OperationStatus.Success }, "a delete succeeds", null);
            Require(await RunAsync(request).ConfigureAwait(false) is { Status: OperationStatus.Success }, "a delete of what is gone succeeds", null);
            var gone = await RunAsync(Requests.Read(type.Name, nativeId, Redacted(sample.Properties))).ConfigureAwait(false);
            Require(gone.Problem?.Code == ProblemCodes.NotFound, "a read of what is gone answers NotFound", gone);
        }

        private async Task<OperationReport> RunAsync(OperationRequest request)
        {
            var report = await harness.CompleteAsync(request, cancellationToken: cancellationToken).ConfigureAwait(false);
            var text = JsonSerializer.Serialize(report, BusJson.Default.OperationReport);
            foreach (var secret in Secrets())
                Require(!text.Contains(secret, StringComparison.Ordinal), "no report carries a secret in the open", null);
            return report;
        }

        private IEnumerable<string> Secrets() =>
            from properties in new[] { sample.Properties, sample.Changed ?? sample.Properties }
            from property in properties.EnumerateObject()
            where IsOpaque(property.Name) && property.Value.ValueKind == JsonValueKind.String
            select property.Value.GetString();

        private bool IsOpaque(string property) => type.Schema.Hints.GetValueOrDefault(property) is { Opaque: true };

        private JsonElement Sealed(JsonElement properties) => Map(properties, harness.Seal.Seal);

        private JsonElement Redacted(JsonElement properties) => SecretValues.Redacted(properties, type.Schema);

        // As the coordinator stores a report: fields only, secrets as their digests.
        private JsonElement Hashed(JsonElement live)
        {
            var fields = new JsonObject();
            foreach (var property in live.EnumerateObject().Where(p => type.Schema.Fields.Contains(p.Name)))
                fields[property.Name] = JsonNode.Parse(property.Value.GetRawText());
            return SecretValues.Hashed(JsonSerializer.SerializeToElement(fields), type.Schema);
        }

        private JsonElement Map(JsonElement properties, Func<JsonElement, JsonElement> secret)
        {
            var mapped = new JsonObject();
            foreach (var property in properties.EnumerateObject())
                mapped[property.Name] = JsonNode.Parse((IsOpaque(property.Name) ? secret(property.Value) : property.Value).GetRawText());
            return JsonSerializer.SerializeToElement(mapped);
        }

        private static bool SameIgnoringOrder(JsonElement left, JsonElement right)
        {
            if (left.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array)
            {
                return left.GetArrayLength() == right.GetArrayLength()
                    && left.EnumerateArray().All(item => right.EnumerateArray().Any(other => JsonElement.DeepEquals(item, other)));
            }

            return JsonElement.DeepEquals(left, right);
        }

        private void Require(bool holds, string rule, OperationReport? seen)
        {
            if (!holds)
                throw new ConformanceException($"{type.Name}: {rule}. {(seen is null ? "" : $"Seen: {seen.Status} {seen.Problem?.Code} {seen.Problem?.Message}")}");
        }
    }
}
