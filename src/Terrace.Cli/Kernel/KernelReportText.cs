using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Kernel;
using Terrace.Linux.Files;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Kernel;

/// <summary>Writes the kernel's settings, and changes of them, for people.</summary>
internal static class KernelReportText
{
    private const string Absent = "not on this kernel";

    public static void Write(TextOutput output, KernelReport report)
    {
        TextTable table = new("setting", "value", "before", "for Terrace");
        foreach (KernelSettingReport setting in report.Settings)
        {
            table.Add(
                setting.Name,
                setting.Value ?? (setting.Present ? "not understood" : Absent),
                setting.Before ?? "",
                setting.Means ?? setting.Does);
        }

        output.Write(table);
        output.WriteLine();
        TextTable nodes = new("node", "tier", "kernel's tier", "min", "low", "high watermark");
        foreach (NodeWatermarks node in report.Watermarks)
        {
            int tier = report.Tiers.Index().Where(tier => tier.Item.Contains(node.Node)).Select(tier => tier.Index).FirstOrDefault(-1);
            nodes.Add(
                $"{node.Node}",
                tier < 0 ? "–" : $"{tier}",
                report.KernelTiers.TryGetValue(node.Node, out int kernelTier) ? $"{kernelTier}" : "–",
                ByteSize.Format(node.MinBytes),
                ByteSize.Format(node.LowBytes),
                ByteSize.Format(node.HighBytes));
        }

        output.Write(nodes);
        foreach (string warning in report.Warnings)
        {
            output.WriteLine();
            output.WriteText(warning, Tone.Warning);
        }

        if (report.StateFile is { } file)
        {
            output.WriteLine();
            output.WriteLine($"Terrace changed settings; sudo terrace kernel --restore puts back what they were before (kept in {file}).");
        }
    }

    public static void Write(TextOutput output, KernelChangeReport report)
    {
        if (report.Changes.Count > 0)
        {
            TextTable table = new("setting", "before", "now");
            foreach (KernelChangeLine change in report.Changes)
            {
                table.Add(change.Name, change.Before ?? Absent, change.After ?? Absent);
            }

            output.Write(table);
        }
        else if (report.NotOnThisKernel.Count == 0)
        {
            output.WriteLine("nothing to put back: terrace has changed no setting since the machine started");
        }

        foreach (string name in report.NotOnThisKernel)
        {
            output.WriteLine($"{name} is {Absent} and was left out");
        }

        if (report.StateFile is { } file)
        {
            output.WriteLine($"terrace kernel --restore puts back what was before (kept in {file})");
        }
    }
}
