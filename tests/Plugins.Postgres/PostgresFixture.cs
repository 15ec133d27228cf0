using Formae.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]
