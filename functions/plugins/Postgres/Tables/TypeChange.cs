namespace Formae.Plugins.Postgres;

/// <summary>Whether a column can take another type without any value becoming another one: the server casts by itself, and the new type holds whatever the old one holds.</summary>
internal static class TypeChange
{
    private const uint SmallInt = 21;
    private const uint Integer = 23;
    private const uint BigInt = 20;
    private const uint Real = 700;
    private const uint Double = 701;
    private const uint Numeric = 1700;
    private const uint Text = 25;
    private const uint VarChar = 1043;
    private const uint Char = 1042;
    private const uint VarBit = 1562;
    private const uint Inet = 869;
    private const uint Date = 1082;
    private const uint Time = 1083;
    private const uint TimeTz = 1266;
    private const uint Timestamp = 1114;
    private const uint TimestampTz = 1184;
    private const uint Interval = 1186;

    private const int None = -1;

    /// <param name="from">What the column is.</param>
    /// <param name="to">What it shall be.</param>
    /// <param name="isImplicit">Whether the server casts from one to the other without being told to.</param>
    public static bool LosesNothing(ColumnRow from, ColumnRow to, bool isImplicit) =>
        from.TypeId == to.TypeId ? Widens(from.TypeId, from.Modifier, to.Modifier) : isImplicit && Holds(from.TypeId, to);

    private static bool Widens(uint type, int from, int to) => to == from || to == None || (from != None && type switch
    {
        VarChar or Char or VarBit or Time or TimeTz or Timestamp or TimestampTz => to >= from,
        Numeric => Scale(to) >= Scale(from) && Precision(to) - Scale(to) >= Precision(from) - Scale(from),
        _ => false,
    });

    private static bool Holds(uint from, ColumnRow to) => to.TypeId switch
    {
        Integer or BigInt or Text or Inet or Interval or TimeTz => to.Modifier == None,
        VarChar => to.Modifier == None,
        Numeric => to.Modifier == None ? from is SmallInt or Integer or BigInt : from is SmallInt or Integer or BigInt && Scale(to.Modifier) >= 0,
        Real => from == SmallInt,
        Double => from is SmallInt or Integer or Real,
        Timestamp => from == Date || to.Modifier == None,
        TimestampTz => from == Date || to.Modifier == None,
        _ => false,
    };

    private static int Precision(int modifier) => ((modifier - 4) >> 16) & 0xFFFF;

    // Eleven bits with a sign.
    private static int Scale(int modifier) => (((modifier - 4) & 0x7FF) ^ 0x400) - 0x400;
}
