using Terrace.Core.Machine;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>A process that uses the memory whose layout is planned.</summary>
/// <param name="Process">The process, attached.</param>
/// <param name="Mappings">Where it has the memory, in the order of addresses.</param>
internal sealed record LayoutUser(IManagedProcess Process, IReadOnlyList<LayoutMapping> Mappings);
