namespace Terrace.Fuzz;

/// <summary>A parser returned what it may not return.</summary>
internal sealed class BrokenPromiseException(string what) : Exception($"does not hold: {what}");
