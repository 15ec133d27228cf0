using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Tests.Entities;

internal sealed class NeedyEntity(string text) : TaskEntity<int>
{
    public string Tell() => text;
}

internal sealed class ListEntity : TaskEntity<List<int>>
{
    public void Add(int number) => State.Add(number);

    public List<int> Get() => State;

    public void AddAndFail(int number)
    {
        State.Add(number);
        throw new InvalidOperationException("no");
    }
}

internal sealed class AccountEntity : TaskEntity<int>
{
    public void Add(int amount) => State += amount;

    public int Get() => State;

    public async Task<int> Wait()
    {
        await Task.Yield();
        return 3;
    }

    public ValueTask<int> WaitValue() => ValueTask.FromResult(4);

    public int Defaulted(int value = 5) => value;

    public void Overloaded()
    {
    }

    public void Overloaded(int value) => State = value;

    public void AddTellAndFail(EntityInstanceId other)
    {
        State += 1000;
        Context.SignalEntity(other, "add", 1000);
        throw new InvalidOperationException("no way");
    }

    public void TellAndStart(EntityInstanceId other, TaskEntityContext context)
    {
        context.SignalEntity(other, "add", 100);
        Context.ScheduleNewOrchestration("Started", $"from {Context.Id}", new StartOrchestrationOptions("by-entity"));
    }
}
