using Terrace.Benchmarks.History;

namespace Terrace.Benchmarks.Lab;

/// <summary>One measured figure and what it has to reach.</summary>
/// <param name="What">What was measured.</param>
/// <param name="AtLeast">What it has to reach, as people read it.</param>
/// <param name="Measured">What was measured, as people read it.</param>
/// <param name="Reached">Whether it reached it.</param>
/// <param name="Samples">The same as numbers, for the history; none where there was no result.</param>
internal sealed record Figure(string What, string AtLeast, string Measured, bool Reached, params Sample[] Samples);
