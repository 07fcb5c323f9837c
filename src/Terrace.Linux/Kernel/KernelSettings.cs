using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Kernel;

/// <summary>
/// Reads and writes the kernel's settings about placement, one at a time. What must be put back later goes through
/// <see cref="KernelChanges"/>.
/// </summary>
public sealed class KernelSettings
{
    private readonly FileTree _tree;
    private readonly Func<string, string, int> _write;

    /// <summary>Settings below a root: <c>/</c>, or a captured tree in tests.</summary>
    public KernelSettings(string root = "/")
        : this(root, WriteFile)
    {
    }

    /// <summary>The same with another way to write a file, given its path and text: 0, or an error number.</summary>
    internal KernelSettings(string root, Func<string, string, int> write)
    {
        _tree = new FileTree(root);
        _write = write;
        Knobs = KernelKnobs.Of(_tree);
    }

    /// <summary>The knobs of this machine, those that its kernel lacks included.</summary>
    public IReadOnlyList<KernelKnob> Knobs { get; }

    /// <summary>What tells one boot from another; null where it cannot be told.</summary>
    public string? BootId => _tree.ReadText("proc/sys/kernel/random/boot_id");

    /// <summary>Finds a knob by its name; null when there is none.</summary>
    public KernelKnob? Find(string name) => Knobs.FirstOrDefault(knob => knob.Name == name);

    /// <summary>The full path of a knob's file, for messages.</summary>
    public string PathOf(KernelKnob knob) => _tree.PathOf(PresentPath(knob) ?? knob.Path);

    /// <summary>A knob as it is now.</summary>
    public KnobState Read(KernelKnob knob)
    {
        ArgumentNullException.ThrowIfNull(knob);
        string? text = PresentPath(knob) is { } path ? _tree.ReadText(path) : null;
        return new KnobState(knob, text is not null, text is null ? null : knob.Form.Read(text));
    }

    /// <summary>
    /// Sets a knob: 0, or the error number (EACCES, EPERM or EROFS: not permitted; EINVAL: this kernel does not take the value).
    /// </summary>
    public int Write(KernelKnob knob, string value)
    {
        ArgumentNullException.ThrowIfNull(knob);
        return _write(PathOf(knob), knob.Form.ToKernel(value));
    }

    private string? PresentPath(KernelKnob knob) =>
        File.Exists(_tree.PathOf(knob.Path)) ? knob.Path
        : knob.OtherPath is { } other && File.Exists(_tree.PathOf(other)) ? other : null;

    private static int WriteFile(string path, string text)
    {
        int error = LinuxFile.TryOpenWrite(path, out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        using (file)
        {
            return file!.WriteFully(0, Encoding.ASCII.GetBytes(text + "\n"));
        }
    }
}
