using System.Text;
using Terrace.Lab.Sources;

namespace Terrace.Fuzz.Targets;

/// <summary>The package configuration of the machine that the lab runs on.</summary>
internal sealed class AptSourcesTarget : IFuzzTarget
{
    public string Name => "apt-sources";

    public string Reads => "sources.list, *.sources, os-release";

    public IReadOnlyList<string> Words =>
    [
        "deb ", "deb-src ", "[arch=amd64 signed-by=/usr/share/keyrings/a.gpg]", "[trusted=yes]", "http://deb.example/debian",
        "cdrom:[a b]/", " main",
        "Types: deb\n", "URIs: ", "Suites: ", "Components: main\n", "Signed-By: ", "Enabled: no\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----", "\n .\n", "\n\n",
        "PRETTY_NAME=", "ID=debian\n", "#", "/ ",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.In("tests/Terrace.Lab.Tests/Sources/Captured", "*.*")
        .Append("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME='Debian'\nID=debian\n"u8.ToArray());

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        Check(OneLineSources.Parse(text, "a.list"));
        Check(StanzaSources.Parse(text, "a.sources"));
        Expect.That(OsRelease.Parse(text).Id is not null);
    }

    private static void Check(SourcesFile file)
    {
        foreach (PackageSource source in file.Sources)
        {
            Expect.That(PackageSource.UriProblem(source.Uri) is null);
            Expect.That(source.Suite.Length > 0);
            Expect.That(source.Components.Count > 0 || source.Suite.EndsWith('/'));
            _ = source.Address;
            _ = source.IsTrusted;

            // What the lab hands to apt is what it read. Of addresses with blanks, which discs have, it makes no use.
            if (!source.Uri.Any(char.IsWhiteSpace))
            {
                PackageSource again = StanzaSources.Parse(source.ToStanza(), "lab.sources").Sources.Single();
                Expect.That(again.Uri == source.Uri);
                Expect.That(again.Suite == source.Suite);
                Expect.That(again.Components.SequenceEqual(source.Components));
            }
        }

        foreach (SourceProblem problem in file.Problems)
        {
            Expect.That(problem.Line > 0);
            Expect.That(problem.What.Length > 0);
        }
    }
}
