using Terrace.Lab.Sources;

namespace Terrace.Lab.Tests.Sources;

public sealed class SourcesFileTests
{
    private const string Key = """
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mDMEYCQjIxYJKwYBBAHaRw8BAQdAD/P5Nvvnvk66SxBBHDbhRml9ORg1WV5CvzKY
         -----END PGP PUBLIC KEY BLOCK-----
        """;

    [Fact]
    public void A_stanza_has_a_source_for_each_suite_and_address()
    {
        var file = SourcesFile.Parse(
            """
            # Heads of files are comments.
            Types: deb deb-src
            URIs: http://one.example/debian
            # One within a value.
              http://two.example/debian
            suites:	bookworm
             bookworm-updates
            Components: main contrib
            Architectures: amd64
            Check-Valid-Until: no
            Signed-By: /a.gpg, /b.gpg

            """,
            "x.sources");

        Assert.Empty(file.Problems);
        Assert.Equal(
            ["http://one.example/debian bookworm", "http://one.example/debian bookworm-updates", "http://two.example/debian bookworm",
                "http://two.example/debian bookworm-updates"],
            file.Sources.Select(source => $"{source.Uri} {source.Suite}"));
        Assert.All(file.Sources, source =>
        {
            Assert.Equal(["main", "contrib"], source.Components);
            Assert.Equal(["amd64"], source.Architectures);
            Assert.Equal(["/a.gpg", "/b.gpg"], source.Keys);
            Assert.Equal("no", source.Options["Check-Valid-Until"]);
            Assert.Equal("x.sources:2", source.Where);
        });
    }

    [Fact]
    public void A_key_in_the_file_comes_out_as_it_went_in()
    {
        var text = $"Types: deb\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\nSigned-By:\n{Key}\n";
        var source = Assert.Single(SourcesFile.Parse(text, "x.sources").Sources);

        Assert.Empty(source.Keys);
        Assert.Equal(source.InlineKey, Assert.Single(SourcesFile.Parse(source.ToStanza(), "y.sources").Sources).InlineKey);
        Assert.Contains("\n" + Key.ReplaceLineEndings("\n"), source.ToStanza(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", 1)]
    [InlineData("No", 0)]
    [InlineData("false", 0)]
    [InlineData("off", 0)]
    [InlineData("1", 1)]
    public void A_stanza_can_be_turned_off(string enabled, int sources) =>
        Assert.Equal(sources,
            SourcesFile.Parse($"Enabled: {enabled}\nTypes: deb\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\n",
            "x.sources").Sources.Count);

    [Theory]
    [InlineData("Types: deb\nURIs: http://m.example\nSuites:\u000csid\nComponents: main\u0085\n", "x.sources")]
    [InlineData("deb\u0020http://m.example\u000csid\u0085main\n", "x.list")]
    public void White_space_of_any_kind_ends_a_word(string text, string file)
    {
        PackageSource source = Assert.Single(SourcesFile.Parse(text, file).Sources);
        Assert.Equal(("http://m.example", "sid", "main"), (source.Uri, source.Suite, string.Join(' ', source.Components)));
    }

    [Fact]
    public void Sources_of_source_code_only_are_left_out()
    {
        Assert.Equal(([], []), Parts(SourcesFile.Parse("deb-src http://m.example/debian sid main\n", "x.list")));
        Assert.Equal(([], []), Parts(SourcesFile.Parse("Types: deb-src\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\n",
            "x.sources")));
    }

    [Theory]
    [InlineData("Types: deb\nURIs: http://m.example\nSuites: sid\n", "x.sources:1: Components: is missing")]
    [InlineData("Types: deb\nURIs: http://m.example\nSuites:\nComponents: main", "x.sources:3: Suites: is empty")]
    [InlineData("\n# c\nTypes: deb\nSuites: sid\nComponents: main", "x.sources:3: URIs: is missing")]
    [InlineData("URIs: http://m.example\nSuites: sid\nComponents: main", "x.sources:1: Types: is missing")]
    [InlineData(
        "Types: deb rpm\nURIs: http://m.example\nSuites: sid\nComponents: main",
        "x.sources:1: Types: 'rpm' is neither deb nor deb-src")]
    [InlineData(
        "Types: deb\nURIs: m.example/debian\nSuites: sid\nComponents: main",
        "x.sources:2: URIs: 'm.example/debian' has no scheme such as http:")]
    [InlineData(
        "Enabled: maybe\nTypes: deb\nURIs: http://m.example\nSuites: sid\nComponents: main",
        "x.sources:1: Enabled: 'maybe' is neither yes nor no")]
    [InlineData(
        "Types: deb\nnonsense here\nURIs: http://m.example\nSuites: sid\nComponents: main",
        "x.sources:2: nonsense: is not a field; write NAME: VALUE")]
    [InlineData(" Types: deb\nURIs: http://m.example\n", "x.sources:1: Types:: continues a field, but there is none before it")]
    [InlineData("deb", "x.list:1: URI: is missing")]
    [InlineData("# c\n\ndeb http://m.example/debian", "x.list:3: suite: is missing")]
    [InlineData("deb http://m.example/debian sid # main", "x.list:1: component: is missing")]
    [InlineData("rpm http://m.example/debian sid main", "x.list:1: type: 'rpm' is neither deb nor deb-src")]
    [InlineData("deb m.example sid main", "x.list:1: URI: 'm.example' has no scheme such as http:")]
    [InlineData("deb [arch=amd64 http://m.example sid main", "x.list:1: options: the bracket is not closed")]
    [InlineData("deb http://m.example \"s id\" main", "x.list:1: suite: 's id' has spaces in it")]
    [InlineData("deb http://m.example sid main [c d]", "x.list:1: component: '[c d]' has spaces in it")]
    [InlineData("deb [trusted] http://m.example sid main", "x.list:1: options: 'trusted' is not NAME=VALUE")]
    public void A_wrong_entry_is_told_with_file_line_and_field(string text, string problem)
    {
        var file = SourcesFile.Parse(text, problem.Split(':')[0]);

        Assert.Empty(file.Sources);
        Assert.Equal(problem, Assert.Single(file.Problems).ToString());
    }

    [Fact]
    public void What_stands_next_to_a_wrong_entry_is_read()
    {
        Assert.Single(SourcesFile.Parse("deb nowhere sid main\ndeb http://m.example/debian sid main\n", "x.list").Sources);
        Assert.Single(SourcesFile.Parse("Types: deb\n\nTypes: deb\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\n",
            "x.sources").Sources);
    }

    [Fact]
    public void A_line_has_options_quotes_comments_and_paths()
    {
        var file = SourcesFile.Parse(
            "deb\t[ arch=amd64,i386   signed-by=/a.gpg,/b.gpg trusted=yes  lang=en ]  \"http://m.example/debian\"\tsid  main contrib # c\n"
            + "deb file:/srv/packages ./\n",
            "x.list");

        Assert.Empty(file.Problems);
        Assert.Equal(["http://m.example/debian sid", "file:/srv/packages ./"], file.Sources.Select(source =>
            $"{source.Uri} {source.Suite}"));
        Assert.Equal(["main", "contrib"], file.Sources[0].Components);
        Assert.Equal(["amd64", "i386"], file.Sources[0].Architectures);
        Assert.Equal(["/a.gpg", "/b.gpg"], file.Sources[0].Keys);
        Assert.True(file.Sources[0].IsTrusted);
        Assert.Equal(["Trusted"], file.Sources[0].Options.Keys);
    }

    [Theory]
    [InlineData("deb http://m.example/debian sid main \"\"\"")]
    [InlineData("deb http://m.example/debian sid main \"\" \"")]
    [InlineData("deb http://m.example/debian sid main \"   # never closed")]
    public void Quotes_with_nothing_in_them_are_no_words(string line)
    {
        var source = Assert.Single(SourcesFile.Parse(line, "x.list").Sources);
        Assert.Equal(["main"], source.Components);
    }

    [Fact]
    public void A_disc_has_spaces_in_its_address()
    {
        var file = SourcesText.Captured("installed.list");

        Assert.Empty(file.Problems);
        Assert.Equal("cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64 DVD Binary-1 with firmware 20230610-10:23]/",
            file.Sources[0].Uri);
        Assert.Equal(["bookworm", "bookworm", "bookworm-security", "bookworm-updates"], file.Sources.Select(source => source.Suite));
    }

    [Fact]
    public void Any_text_is_read_without_a_fault()
    {
        const string Letters = "deb [] #:\n\n \t\"'ab/Types: URIs: Suites: Components: http://x -----BEGIN\0\r";
        Random random = new(20);
        for (var round = 0; round < 5000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => Letters[random.Next(Letters.Length)]));
            foreach (var name in new[] { "x.list", "x.sources" })
            {
                Assert.All(SourcesFile.Parse(text, name).Problems, problem => Assert.DoesNotContain('\n', problem.ToString()));
            }
        }
    }

    [Theory]
    [InlineData("http://user:p@ss@m.example/debian", "http://m.example/debian")]
    [InlineData("https://user@m.example", "https://m.example")]
    [InlineData("http://m.example/a@b", "http://m.example/a@b")]
    [InlineData("mirror+file:///etc/apt/mirrors/debian.list", "mirror+file:///etc/apt/mirrors/debian.list")]
    [InlineData("file:/srv/a@b", "file:/srv/a@b")]
    public void Passwords_are_not_printed(string uri, string printed) => Assert.Equal(printed, PackageSource.Printable(uri));

    private static (PackageSource[] Sources, SourceProblem[] Problems) Parts(SourcesFile file) => ([.. file.Sources], [.. file.Problems]);
}
