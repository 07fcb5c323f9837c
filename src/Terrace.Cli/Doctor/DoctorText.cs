using Terrace.Cli.Terminal;

namespace Terrace.Cli.Doctor;

/// <summary>Writes what the doctor found for people.</summary>
internal static class DoctorText
{
    // What is needed and what fixes it are sentences: a terminal that leaves them less gets them further to the left.
    private const int LeastUnder = 60;
    private const int Narrow = 14;

    public static void Write(TextOutput output, DoctorReport report)
    {
        int width = report.Checks.Max(check => check.Name.Length);
        int detail = 2 + 8 + 2 + width + 2;
        string under = new(' ', output.Width < detail + LeastUnder ? Narrow : detail);
        Dictionary<string, string> named = [];
        foreach (IGrouping<string, CheckResult> group in report.Checks.GroupBy(check => check.Group))
        {
            output.WriteLine(group.Key);
            foreach (CheckResult check in group)
            {
                string state = check.State switch { CheckState.Works => "works", CheckState.Degraded => "degraded", _ => "missing" };
                string name = check.Name.PadRight(width);
                output.WriteNextTo(["  ", new Ink($"{state,-8}", ToneOf(check)), $"  {name}  "], check.Detail);
                if (check.State != CheckState.Works)
                {
                    output.WriteNextTo([$"{under}for: "], check.NeededFor);
                    string fix = check.Fix ?? "";
                    WriteFix(output, $"{under}fix: ", named.TryAdd(fix, check.Name) ? fix : $"the same as for {named[fix]}");
                }
            }

            output.WriteLine();
        }

        string[] inTheWay = [.. report.Checks.Where(DoctorReport.IsInTheWay).Select(check => check.Name)];
        output.WriteText(
            report.CanManage ? "Terrace can manage processes here."
                : $"Terrace cannot manage processes here. What prevents it: {string.Join(", ", inTheWay)}.",
            report.CanManage ? Tone.Good : Tone.Bad);
    }

    private static void WriteFix(TextOutput output, string label, string fix)
    {
        if (fix.StartsWith("sudo ", StringComparison.Ordinal))
        {
            output.WriteCommand(label, fix);
        }
        else
        {
            output.WriteNextTo([label], fix);
        }
    }

    private static Tone ToneOf(CheckResult check) =>
        check.State == CheckState.Works ? Tone.Good : DoctorReport.IsInTheWay(check) ? Tone.Bad : Tone.Warning;
}
