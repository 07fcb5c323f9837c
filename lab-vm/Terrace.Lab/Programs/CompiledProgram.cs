namespace Terrace.Lab.Programs;

/// <summary>The lab's own programs in C, which are compiled when they are needed.</summary>
public static class CompiledProgram
{
    /// <summary>
    /// Compiles a virtual machine of lab-vm/kvm-guest, without libraries, which the lab's machine does not have; the program's
    /// path.
    /// </summary>
    /// <param name="root">The folder of the repository.</param>
    /// <param name="name">Its name, for example kvm_guest.</param>
    /// <param name="ct">Stops the compiler.</param>
    /// <exception cref="LabException">There is no compiler, or it found an error.</exception>
    public static Task<string> GuestAsync(string root, string name, CancellationToken ct) => StaticAsync(root, "kvm-guest", name, ct);

    /// <summary>Compiles lab-vm/sleepers, processes that sleep; the program's path.</summary>
    /// <param name="root">The folder of the repository.</param>
    /// <param name="ct">Stops the compiler.</param>
    /// <exception cref="LabException">There is no compiler, or it found an error.</exception>
    public static Task<string> SleepersAsync(string root, CancellationToken ct) => StaticAsync(root, "sleepers", "sleepers", ct);

    /// <summary>The process that holds the lock of its own memory (lab-vm/forker).</summary>
    public static Task<string> ForkerAsync(string root, CancellationToken ct) => StaticAsync(root, "forker", "forker", ct);

    /// <summary>The process whose memory lock is never given back (lab-vm/holder).</summary>
    public static Task<string> HolderAsync(string root, CancellationToken ct) => StaticAsync(root, "holder", "holder", ct);

    /// <summary>Processes of unusual shapes: mapped several times, of huge page pools, pinned (lab-vm/shapes).</summary>
    public static Task<string> ShapesAsync(string root, CancellationToken ct) => StaticAsync(root, "shapes", "shapes", ct);

    /// <summary>The process whose main thread ends before the others (lab-vm/relay).</summary>
    public static Task<string> RelayAsync(string root, CancellationToken ct) => StaticAsync(root, "relay", "relay", ct);

    /// <summary>What one user can have at a time to cost a daemon its time (lab-vm/strangers).</summary>
    public static Task<string> StrangersAsync(string root, CancellationToken ct) => StaticAsync(root, "strangers", "strangers", ct);

    /// <summary>Compiles one source with gcc.</summary>
    /// <exception cref="LabException">There is no compiler, or it found an error.</exception>
    public static async Task BuildAsync(string source, string program, IReadOnlyList<string> options, CancellationToken ct)
    {
        var compiler = HostPrograms.Find("gcc")
            ?? throw LabException.Unavailable("gcc is missing", "install it with eng/install-packages gcc libc6-dev");
        var (exitCode, _, stderr) = await HostPrograms.RunAsync(
            compiler, [.. options, "-Wall", "-Wextra", "-Werror", "-o", program, source], ct: ct);
        if (exitCode != 0)
        {
            throw new LabException(LabExitCode.Unavailable, $"{source} does not compile: {stderr.Trim()}");
        }
    }

    private static async Task<string> StaticAsync(string root, string folder, string name, CancellationToken ct)
    {
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "artifacts", "lab-programs")).FullName, name);
        await BuildAsync(Path.Combine(root, "lab-vm", folder, name + ".c"), program, ["-O1", "-static"], ct);
        return program;
    }
}
