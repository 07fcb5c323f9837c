namespace Terrace.Cli.Doctor;

/// <summary>Writes what the doctor found for people.</summary>
internal static class DoctorText
{
    private const int Green = 32;
    private const int Yellow = 33;
    private const int Red = 31;

    public static void Write(TextWriter writer, DoctorReport report, bool colour)
    {
        int width = report.Checks.Max(check => check.Name.Length);
        string under = new(' ', 2 + 8 + 2 + width + 2);
        foreach (IGrouping<string, CheckResult> group in report.Checks.GroupBy(check => check.Group))
        {
            writer.WriteLine(group.Key);
            foreach (CheckResult check in group)
            {
                string state = check.State switch { CheckState.Works => "works", CheckState.Degraded => "degraded", _ => "missing" };
                writer.WriteLine($"  {Coloured($"{state,-8}", ColourOf(check), colour)}  {check.Name.PadRight(width)}  {check.Detail}");
                if (check.State != CheckState.Works)
                {
                    writer.WriteLine($"{under}for: {check.NeededFor}");
                    writer.WriteLine($"{under}fix: {check.Fix}");
                }
            }

            writer.WriteLine();
        }

        string[] inTheWay = [.. report.Checks.Where(DoctorReport.IsInTheWay).Select(check => check.Name)];
        writer.WriteLine(report.CanManage
            ? "Terrace can manage processes here."
            : $"Terrace cannot manage processes here; in the way: {string.Join(", ", inTheWay)}.");
    }

    private static int ColourOf(CheckResult check) => check.State == CheckState.Works ? Green : DoctorReport.IsInTheWay(check) ? Red : Yellow;

    private static string Coloured(string text, int sign, bool colour) => colour ? $"\e[{sign}m{text}\e[0m" : text;
}
