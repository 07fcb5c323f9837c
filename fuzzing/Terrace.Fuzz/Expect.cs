using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Terrace.Fuzz;

/// <summary>What must hold of everything that a parser returns.</summary>
internal static class Expect
{
    /// <summary>Fails, saying which condition does not hold.</summary>
    public static void That([DoesNotReturnIf(false)] bool holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        if (!holds)
        {
            throw new BrokenPromiseException(what);
        }
    }
}
