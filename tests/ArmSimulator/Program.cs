using Formae.ArmSimulator;

var port = args is ["--port", var text] && int.TryParse(text, out var given) ? given : 0;
await using var simulator = await Simulator.StartAsync(port);
Console.WriteLine($"Azure Resource Manager is simulated at {simulator.Address} (subscription {Simulator.SubscriptionId}). Ctrl+C stops it.");
await simulator.WaitAsync();
