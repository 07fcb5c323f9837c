namespace Terrace.Lab.Sources;

/// <summary>Reads sources files in deb822 format (sources.list(5), "DEB822-STYLE FORMAT"; deb822(5)).</summary>
internal static class StanzaSources
{
    public static SourcesFile Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<PackageSource> sources = [];
        List<SourceProblem> problems = [];
        foreach (var stanza in Stanza.Split(text))
        {
            if (stanza.Wrong is { } wrong)
            {
                problems.Add(new SourceProblem(file, wrong.Line, wrong.Field, wrong.What));
                continue;
            }

            if (Read(stanza, file, sources) is { } problem)
            {
                problems.Add(problem);
            }
        }

        return new SourcesFile(sources, problems);
    }

    private static SourceProblem? Read(Stanza stanza, string file, List<PackageSource> sources)
    {
        SourceProblem Wrong(string field, string what) => new(file, stanza.LineOf(field), field, what);
        if (PackageSource.YesNo(stanza.Value("Enabled") ?? "yes") is not { } enabled)
        {
            return Wrong("Enabled", $"'{stanza.Value("Enabled")}' is neither yes nor no");
        }

        if (!enabled)
        {
            return null;
        }

        var types = Words(stanza, "Types");
        var uris = Words(stanza, "URIs");
        var suites = Words(stanza, "Suites");
        var components = Words(stanza, "Components");
        if (types.FirstOrDefault(type => type is not ("deb" or "deb-src")) is { } unknown)
        {
            return Wrong("Types", $"'{unknown}' is neither deb nor deb-src");
        }

        if (uris.Select(PackageSource.UriProblem).FirstOrDefault(problem => problem is not null) is { } bad)
        {
            return Wrong("URIs", bad);
        }

        var missing = types.Length == 0 ? "Types" : uris.Length == 0 ? "URIs" : suites.Length == 0 ? "Suites"
            : components.Length == 0 && suites.Any(suite => !suite.EndsWith('/')) ? "Components" : null;
        if (missing is not null)
        {
            return Wrong(missing, stanza.Value(missing) is null ? "is missing" : "is empty");
        }

        if (types.Contains("deb"))
        {
            sources.AddRange(uris.SelectMany(uri => suites.Select(suite => Source(stanza, file, uri, suite, components))));
        }

        return null;
    }

    private static PackageSource Source(Stanza stanza, string file, string uri, string suite, string[] components)
    {
        // A key in the file begins with its armour's head; elsewhere the value is a list, which apt takes with commas too.
        var signedBy = stanza.Value("Signed-By") ?? "";
        var inline = signedBy.Contains("-----BEGIN", StringComparison.Ordinal);
        return new PackageSource(uri, suite, components, $"{file}:{stanza.Line}")
        {
            Architectures = Words(stanza, "Architectures"),
            Keys = inline ? [] : Words(signedBy.Replace(',', ' ')),
            InlineKey = inline ? signedBy : "",
            Options = stanza.Names
                .Select(name => (Kept: PackageSource.KeptOption(name), Value: stanza.Value(name)!))
                .Where(option => option.Kept is not null)
                .ToDictionary(option => option.Kept!, option => option.Value),
        };
    }

    private static string[] Words(Stanza stanza, string field) => Words(stanza.Value(field) ?? "");

    // At white space of any kind: what is left in a word would end it when it is written again.
    private static string[] Words(string value) => value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
