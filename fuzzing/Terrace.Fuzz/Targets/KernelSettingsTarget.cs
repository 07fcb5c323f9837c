using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;

namespace Terrace.Fuzz.Targets;

/// <summary>Values of the kernel's settings, as its files and people write them.</summary>
internal sealed class KernelSettingsTarget : IFuzzTarget
{
    private static readonly KnobForm[] s_forms =
    [
        KnobForm.Switch, KnobForm.LruGenMask, KnobForm.Number(0, 2), KnobForm.Number(1, 1 << 20),
        KnobForm.Choice("always", "madvise", "never"),
    ];

    public string Name => "kernel-settings";

    public string Reads => "files of /proc/sys and /sys/kernel/mm, uname -r, values that people give";

    public int MaxBytes => 128;

    public IReadOnlyList<string> Words => ["0x0007", "true", "false", "on", "off", "[madvise]", "always ", "never", "6.12.1-amd64"];

    public IEnumerable<byte[]> Seeds =>
        CapturedFiles.Named("enabled", "demotion_enabled", "numa_balancing", "zone_reclaim_mode", "watermark_scale_factor", "osrelease")
            .Concat(CapturedFiles.Texts("always [madvise] never\n", "0x0007\n", "on"));

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        foreach (KnobForm form in s_forms)
        {
            if (form.Accept(text) is { } accepted)
            {
                Expect.That(form.IsValue(accepted));
                Expect.That(form.Accept(accepted) == accepted);
                Expect.That(form.ToKernel(accepted).Length > 0);
            }

            if (form.Read(text) is { } read)
            {
                Expect.That(form.IsValue(read));
            }
        }

        Expect.That(KernelRelease.Parse(text) is { Major: >= 0, Minor: >= 0 });
    }
}
