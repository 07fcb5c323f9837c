namespace Terrace.Architecture.Tests;

public sealed class HostNameTests
{
    private static readonly string[] s_generated = ["bin", "obj", "artifacts", ".git", ".vs", "node_modules"];

    [Fact]
    public void No_mirror_and_no_registry_is_named_in_the_tree() =>
        Assert.Empty(TextFiles(Repository.Root).SelectMany(path => HostNames.ForeignIn(Path.GetRelativePath(Repository.Root, path),
            File.ReadAllText(path))));

    [Theory]
    [InlineData("deb http://deb(dot)debian(dot)org/debian sid main", "deb(dot)debian(dot)org")]
    [InlineData("URIs: mirror+https://ftp(dot)de(dot)debian(dot)org/debian", "ftp(dot)de(dot)debian(dot)org")]
    [InlineData("# from security(dot)debian(dot)org", "security(dot)debian(dot)org")]
    [InlineData("<add key=\"x\" value=\"https://api(dot)nuget(dot)org/v3/index.json\" />", "api(dot)nuget(dot)org")]
    [InlineData("\"resolved\": \"https://registry(dot)npmjs(dot)org/a/-/a-1.0.0.tgz\"", "registry(dot)npmjs(dot)org")]
    [InlineData("https://user:secret@nexus(dot)corp(dot)com/repository/debian", "nexus(dot)corp(dot)com")]
    public void Names_of_mirrors_are_found(string line, string host) =>
        Assert.Equal(["a:2: " + Dotted(host)], HostNames.ForeignIn("a", "\n" + Dotted(line)));

    /// <summary>Samples are written with another dot, for else they would be found.</summary>
    private static string Dotted(string sample) => sample.Replace("(dot)", ".", StringComparison.Ordinal);

    [Theory]
    [InlineData("/// <summary>https://man7.org/linux/man-pages/man2/kill.2.html: 0.</summary>")]
    [InlineData("http://mirror.example/debian https://example.org/a http://own.invalid/ http://HOST/debian http://collector:4318")]
    [InlineData("http://127.0.0.1:9464/metrics http://localhost http://{Address}/metrics http://$host/")]
    [InlineData("mirror+file:///etc/apt/mirrors/debian.list")]
    [InlineData("archive.NewestAsync(packages.Count, mirror.Uri, files.Sources)")]
    [InlineData("see https://www.debian.org/mirror/list.")]
    public void Manuals_and_made_up_names_are_let_through(string line) => Assert.Empty(HostNames.ForeignIn("a", line));

    private static IEnumerable<string> TextFiles(string folder) =>
        Directory.EnumerateFiles(folder).Where(IsText)
            .Concat(Directory.EnumerateDirectories(folder).Where(child => !s_generated.Contains(Path.GetFileName(child)))
                .SelectMany(TextFiles));

    /// <summary>Text has no byte 0 (as git judges by the first 8000).</summary>
    private static bool IsText(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] head = new byte[8000];
        return !head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)).Contains((byte)0);
    }
}
