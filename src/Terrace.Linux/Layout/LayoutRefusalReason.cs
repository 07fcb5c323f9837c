namespace Terrace.Linux.Layout;

/// <summary>Kinds of reasons why the layout of some memory cannot be changed.</summary>
public enum LayoutRefusalReason
{
    /// <summary>There is no such file or process, or it went away.</summary>
    Missing,

    /// <summary>The caller may not do it.</summary>
    NotPermitted,

    /// <summary>What was named is no memory at all: a folder, a pipe, a device.</summary>
    NotMemory,

    /// <summary>It is not memory whose pages can be placed so.</summary>
    NotSuitable,
}
