using Formae.Embedded.ServiceBus;

if (args is ["broker", ..])
    return await BrokerProgram.RunAsync(args[1..]);

return 0;
