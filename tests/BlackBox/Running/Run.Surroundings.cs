using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;
using Formae.BlackBox.Tests.Worlds;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Running;

/// <summary>What a run does beside giving commands: the cloud's answers and other users, synchronisations, and the way out.</summary>
internal sealed partial class Run
{
    private async Task ProgramAsync(IReadOnlyList<Fault> faults)
    {
        if (faults.Count == 0)
            return;
        _mayNotBeRead |= faults.Any(fault => fault.Verb == OperationVerb.Read);
        var cloud = await _system.CloudAsync();
        foreach (var fault in faults)
        {
            // Creates go by the name, everything else by the native id that the object has now.
            var slot = _slots[fault.Slot];
            var key = fault.Verb == OperationVerb.Create ? _documents.NameOf(slot) : cloud.FirstOrDefault(item => item.Name == _documents.NameOf(slot))?.NativeId;
            if (key is not null)
                await _system.ProgramAsync(new ProgrammedAnswers { Key = key, Operation = fault.Verb, Steps = [.. fault.Codes.Select(StepOf)] });
        }
    }

    private static ProgramStep StepOf(string code) => code == Fault.Slow ? new ProgramStep { LatencyMs = 150 } : new ProgramStep { Code = code };

    private async Task DisturbCloudAsync(Step step)
    {
        await HarvestAsync();
        switch (step)
        {
            case Step.ChangeInCloud(var label, var value):
                if (await FindObjectAsync(label) is not { } changed)
                    break;
                var field = _slots[label].Kind == SlotKind.Secret ? "Description" : "Value";
                await _system.ChangeInCloudAsync(changed with { Properties = JsonSerializer.SerializeToElement(new JsonObject { [field] = value }) });
                _world.ChangeOutside(label, content => content.IsAbsent ? content : content with { Value = value });
                break;
            case Step.DeleteInCloud(var label):
                if (await FindObjectAsync(label) is not { } deleted)
                    break;
                await _system.DeleteInCloudAsync(deleted.Type, deleted.NativeId);
                _world.ChangeOutside(label, _ => Content.Absent);
                break;
            case Step.CreateInCloud(var count):
                await CreateStrangersAsync(count);
                break;
        }
    }

    private async Task<CloudItem?> FindObjectAsync(string label)
    {
        var found = (await _system.CloudAsync()).Where(item => item.Name == _documents.NameOf(_slots[label])).ToList();
        if (found is [var one])
            return one;

        // Of two, one was given up and is unmanaged, and which one this is the model cannot say.
        _diary.Note(found.Count == 0 ? "it is not there" : "there are two of this name, and both are left alone");
        return null;
    }

    /// <summary>A parent, a child of it and a grandchild, as far as the number goes.</summary>
    private async Task CreateStrangersAsync(int count)
    {
        SlotKind[] kinds = [SlotKind.Parent, SlotKind.Child, SlotKind.Grandchild];
        string? parent = null;
        foreach (var kind in kinds.Take(count))
        {
            var name = $"{_prefix}-stranger{++_strange}";
            var properties = new JsonObject { ["Name"] = name, ["Value"] = "theirs" };
            if (parent is not null)
                properties["ParentId"] = parent;
            var item = new CloudItem { Type = new Slot(0, "", kind).Type, NativeId = $"{name}-id", Name = name, Parent = parent, Properties = JsonSerializer.SerializeToElement(properties) };
            await _system.PutInCloudAsync(item);
            _strangers.Add(item.NativeId, item);
            parent = name;
        }
    }

    private async Task BeginSynchronizationAsync()
    {
        if (_isSynchronizing)
            return;
        await HarvestAsync();
        _wasObservedAlone = _world.Running.Count == 0 && !_mayNotBeRead && !_script.HasWeather;
        _world.BeginSynchronization();
        await _system.StartSynchronizationAsync();
        _isSynchronizing = true;
    }

    private async Task<SynchronizationProgress> EndOfSynchronizationAsync()
    {
        SynchronizationProgress? ended = null;
        if (!await UntilAsync(_system.Patience, async () => (ended = await SynchronizationAsync()) is not null))
            throw new Violation(Rules.SynchronizationEnds, $"It is still under way after {_system.Patience.TotalSeconds:0} s: {await _system.FindSynchronizationAsync()}");
        NoteSynchronization(ended!);
        return ended!;
    }

    private async Task<SynchronizationProgress?> SynchronizationAsync() =>
        await _system.FindSynchronizationAsync() is { State: not States.InProgress } progress ? progress : null;

    private void NoteSynchronization(SynchronizationProgress ended)
    {
        _diary.Note($"synchronisation: {ended.State}, {ended.Changed} changed, {ended.Gone} gone, {ended.Skipped} left alone, {ended.Failed} not readable");
        _isSynchronizing = false;
        if (ended.Changed + ended.Gone > 0)
            _tally.Count("synchronisations that found something");
        _world.EndSynchronization(_wasObservedAlone && _world.Running.Count == 0 && ended is { State: States.Success, Skipped: 0, Failed: 0 });
    }

    /// <summary>Once nothing runs and the cloud answers, a synchronisation sees everything; a read that was still to fail when it began may take one more.</summary>
    private async Task SynchronizeWhollyAsync()
    {
        SynchronizationProgress? ended = null;
        var isWhole = await UntilAsync(_system.Patience, async () =>
        {
            await BeginSynchronizationAsync();
            _wasObservedAlone = true;
            ended = await EndOfSynchronizationAsync();
            return ended is { State: States.Success, Skipped: 0, Failed: 0 };
        });
        if (!isWhole)
            throw new Violation(Rules.SynchronizationEnds, $"{ended} {await _system.AtWorkAsync()}");
    }

    private async Task DestroyEverythingAsync()
    {
        _diary.Step("destroy everything");
        var answer = await _system.SubmitAsync(new Order { Destroys = true, Cascades = true, Document = _documents.OfNames(_slots.All.Select(slot => slot.Label)) });
        if (answer is Answer.Refused refused)
            throw new Violation(Rules.EverythingCanBeDestroyed, $"{refused.Code}: {refused.Message}");
        if (answer is Answer.Accepted accepted)
        {
            Command? command = null;
            if (!await UntilAsync(_system.Patience, async () => (command = await _system.FindAsync(accepted.CommandId)) is { } found && States.IsFinal(found.State)))
                throw new Violation(Rules.CommandEnds, $"{accepted.CommandId} is {command?.State}");
            if (command!.State != States.Success)
                throw new Violation(Rules.EverythingCanBeDestroyed, string.Join("; ", command.ResourceUpdates!.Where(update => update.State != States.Success).Select(update => $"{update.ResourceLabel} {update.State} {update.ErrorMessage}")));
        }

        foreach (var place in _world.Places)
            place.Become([Content.Absent]);
        await VerifyAsync(isSynchronized: true);
        foreach (var item in (await _system.CloudAsync()).Where(item => _documents.Owns(item.Name)))
            await _system.DeleteInCloudAsync(item.Type, item.NativeId);
        IReadOnlyList<string> residue = [];
        if (!await UntilAsync(_system.Patience, async () => (residue = await _system.ResidueAsync()).Count == 0))
            throw new Violation(Rules.NothingIsLeft, string.Join(Environment.NewLine, residue));
    }
}
