namespace Terrace.Lab;

/// <summary>The text of <c>./lab --help</c>.</summary>
internal static class LabUsage
{
    public const string Text = """
        Boots a virtual machine with memory tiers (QEMU, software emulation, no KVM needed) and runs a command or a shell in it.

        Usage: ./lab [options]                 an interactive shell (leave it with exit or Ctrl-D; Ctrl-A X pulls the plug)
               ./lab [options] -- CMD ARGS...  runs CMD, streams its output, exits with its exit code

        Machine
          --nodes LIST        memory nodes, KIND:SIZE[@LATENCYns[/BANDWIDTHG]] with KIND dram, cxl or pmem (default dram:1G,cxl:2G).
                              The first node has all CPUs; latency and bandwidth are what firmware reports (HMAT), not real delays
          --kernel NAME       6.12 (default), 6.1, 7 (newest 7.x): Debian's stock cloud kernels, fetched once with apt into a cache of
                              the lab's own. NAME-full takes the full flavour (it has 9p and more drivers). A path of a vmlinuz, or a
                              name such as "tracking" found among the vmlinuz files of $TERRACE_LAB_KERNELS (all must be built in)
          --cpus N            CPUs, all on node 0 (default 2)
          --la57              five levels of page tables
          --nested            AMD virtualisation and kvm-amd: KVM guests inside (needs gcc)
          --pmem SIZE         an NVDIMM that becomes one more node: device-dax, then system-ram through kmem, onlined movable
          --append WORDS      more words for the kernel's command line
          --qemu "ARGS"       more arguments for QEMU
          --boot-timeout T    longest boot (default 90s)

        Files and programs
          --put HOST:GUEST    copy a file or folder in before the command (repeatable)
          --get GUEST:FOLDER  copy a file or folder back after it, also when it fails (repeatable)
          --program PATH      put a program of the host in with its libraries (repeatable), such as /usr/bin/redis-server
                              The guest's files live in the slowest node, so that the fast one stays free for experiments
        Run
          --timeout T         longest command: 90s, 10m (default 10m)
          --prepare           only fetch the kernel (or a newer one) and stop
          --verbose           say what happens

        Exit codes: the command's own; 2 a bad option; 69 no machine can be started; 124 timed out; 130 stopped by Ctrl-C.
        Cache: $TERRACE_LAB_CACHE, else ~/.cache/terrace-lab.

        Examples
          ./lab
          ./lab -- cat /sys/devices/virtual/memory_tiering/memory_tier4/nodelist
          ./lab --nodes dram:1G,cxl:2G --kernel 6.12 --put artifacts/terrace:/bin/terrace -- terrace topology
          ./lab --nodes dram:512M,cxl:1G,pmem:1G --get /tmp/result:out -- sh -c 'numastat >/tmp/result'
          ./lab --kernel 7 --la57 -- grep -c la57 /proc/cpuinfo
          ./lab --nodes dram:1G --pmem 1G -- ls /sys/bus/dax/devices
        """;
}
