namespace Terrace.Lab.Specification;

/// <summary>What a node pretends to be; it decides the latency and bandwidth that firmware reports unless they are given.</summary>
public enum NodeKind
{
    /// <summary>Memory next to the CPUs: about 80 ns, 100 GB/s.</summary>
    Dram,

    /// <summary>Memory behind a CXL link: about 250 ns, 30 GB/s.</summary>
    Cxl,

    /// <summary>Persistent memory: about 350 ns, 10 GB/s.</summary>
    Pmem,
}
