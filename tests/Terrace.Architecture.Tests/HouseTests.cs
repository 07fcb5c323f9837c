using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

public sealed partial class HouseTests
{
    private const int MostLines = 400;
    private const int ManyLines = 300;

    private static readonly string[] s_codeFolders =
    [
        "src",
        "tests",
        "fuzzing",
        .. Directory.GetDirectories(Repository.Root)
            .Select(Path.GetFileName)
            .OfType<string>()
            .Where(name => name.StartsWith("lab", StringComparison.Ordinal) || name.StartsWith("bench", StringComparison.Ordinal)),
    ];

    private static IReadOnlyList<SourceFile> Product => Repository.SourcesIn("src");

    /// <summary>
    /// The generator of Microsoft.Extensions.Logging writes classes in another order each time (findings/logger-message-order.sh): with
    /// two of them the program is another one each time that it is built.
    /// </summary>
    [Fact]
    public void One_class_of_an_assembly_at_most_has_generated_log_messages() =>
        Assert.All(
            Product.Where(file => file.Text.Contains("[LoggerMessage(", StringComparison.Ordinal)).GroupBy(file => file.Path.Split('/')[1]),
            files => Assert.Single(files));

    [Fact]
    public void No_product_file_is_longer_than_a_person_reads_at_once()
    {
        foreach (SourceFile file in Product.Where(file => file.Lines > ManyLines))
        {
            TestContext.Current.AddWarning($"{file.Path} has {file.Lines} lines; split it before it reaches {MostLines}");
        }

        Assert.Empty(Product.Where(file => file.Lines > MostLines).Select(file => $"{file.Path}: {file.Lines} lines"));
    }

    [Fact]
    public void A_product_file_declares_one_public_type() => Assert.Empty(Product.Where(HasSeveralPublicTypes).Select(file => file.Path));

    [Fact]
    public void Nothing_is_left_open_in_the_code() =>
        Assert.Empty(s_codeFolders.SelectMany(Repository.SourcesIn).SelectMany(OpenEndsIn));

    [Fact]
    public void Every_native_call_names_its_man_page() => Assert.Empty(Product.SelectMany(NativeCallsWithoutManPage));

    [Fact]
    public void Two_public_types_in_a_file_are_found()
    {
        Assert.True(
            HasSeveralPublicTypes(
                new SourceFile("a.cs", "namespace A;\n\npublic sealed class One;\n\npublic readonly record struct Two(int X);\n")));
        Assert.False(
            HasSeveralPublicTypes(new SourceFile("a.cs", "namespace A;\n\npublic enum Width { A }\n\npublic static class Widths\n{\n}\n")));
        Assert.False(
            HasSeveralPublicTypes(
                new SourceFile(
                    "a.cs", "namespace A;\n\npublic sealed class One { public enum Inner { A } }\n\ninternal sealed class Two;\n")));
    }

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("// FIX" + "ME")]
    [InlineData("throw new NotImplemented" + "Exception();")]
    public void Open_ends_are_found(string line) =>
        Assert.NotEmpty(OpenEndsIn(new SourceFile("a.cs", "class A\n{\n    " + line + "\n}\n")));

    [Fact]
    public void Native_calls_without_a_man_page_are_found()
    {
        const string Import = "[Library" + "Import(\"libc\")]\npublic static partial int Kill(int pid, int signal);\n";
        Assert.NotEmpty(NativeCallsWithoutManPage(new SourceFile("a.cs", "/// <summary>Sends a signal.</summary>\n" + Import)));
        Assert.NotEmpty(NativeCallsWithoutManPage(new SourceFile("a.cs", Import)));
        Assert.Empty(NativeCallsWithoutManPage(new SourceFile("a.cs", "/// <summary>kill(2): 0.</summary>\n" + Import)));
        Assert.Empty(
            NativeCallsWithoutManPage(
                new SourceFile("a.cs", "/// <summary>https://man7.org/linux/man-pages/man2/kill.2.html: 0.</summary>\n" + Import)));
    }

    /// <summary>An enum may share its file with the static class named after it in the plural, which chooses among its values.</summary>
    private static bool HasSeveralPublicTypes(SourceFile file)
    {
        List<(string Name, bool IsPublic, string Kind)> types =
        [
            .. file.TopLevelTypes().Where(type => type.IsPublic).DistinctBy(type => type.Name),
        ];
        types.RemoveAll(type => types.Exists(other => other.Kind == "enum" && type.Name == other.Name + "s"));
        return types.Count > 1;
    }

    private static IEnumerable<string> OpenEndsIn(SourceFile file) =>
        file.Text.Split('\n')
            .Index()
            .Where(line => OpenEnd().IsMatch(line.Item))
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    private static IEnumerable<string> NativeCallsWithoutManPage(SourceFile file)
    {
        string[] lines = file.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith("[Library" + "Import(", StringComparison.Ordinal))
            {
                continue;
            }

            int first = i;
            while (first > 0 && DocOrAttribute().IsMatch(lines[first - 1]))
            {
                first--;
            }

            if (!lines[first..i].Any(line => ManPage().IsMatch(line)))
            {
                yield return $"{file.Path}:{i + 1}: {lines[Math.Min(i + 1, lines.Length - 1)].Trim()}";
            }
        }
    }

    [GeneratedRegex(@"\b(TO" + "DO|FIX" + "ME|HA" + "CK|XX" + "X|NotImplemented" + @"Exception)\b")]
    private static partial Regex OpenEnd();

    [GeneratedRegex(@"^\s*(///|\[)")]
    private static partial Regex DocOrAttribute();

    [GeneratedRegex(@"///.*(\b\w+\(\d\)|/man-pages/)")]
    private static partial Regex ManPage();
}
