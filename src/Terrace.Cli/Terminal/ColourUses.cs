namespace Terrace.Cli.Terminal;

/// <summary>Reads what the environment says about colour.</summary>
internal static class ColourUses
{
    /// <summary>
    /// What the variables ask for. NO_COLOR (https://no-color.org) is stronger than all others, FORCE_COLOR and CLICOLOR_FORCE
    /// are stronger than what speaks of terminals: CLICOLOR=0 and TERM=dumb.
    /// </summary>
    public static ColourUse Of(Func<string, string?> variable)
    {
        if (!string.IsNullOrEmpty(variable("NO_COLOR")))
        {
            return ColourUse.Never;
        }

        if (IsOn(variable("FORCE_COLOR")) || IsOn(variable("CLICOLOR_FORCE")))
        {
            return ColourUse.Everywhere;
        }

        return variable("CLICOLOR") == "0" || variable("TERM") == "dumb" ? ColourUse.Never : ColourUse.OnTerminals;
    }

    private static bool IsOn(string? value) => value is not (null or "" or "0" or "false");
}
