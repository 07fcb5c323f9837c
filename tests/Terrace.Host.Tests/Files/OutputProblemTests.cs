using System.ComponentModel;
using System.Text.Json;
using Terrace.Host.Files;
using Terrace.Linux.Interop;

namespace Terrace.Host.Tests.Files;

public sealed class OutputProblemTests
{
    [Theory]
    [InlineData(Errno.ELOOP, "its symbolic links lead in a circle")]
    [InlineData(Errno.ENAMETOOLONG, "its name is too long")]
    [InlineData(Errno.ENOTDIR, "a part of the path is a file, not a folder")]
    [InlineData(Errno.ENOSPC, "the disk is full")]
    public void An_error_number_is_said_in_words_however_it_comes(int errno, string words)
    {
        Assert.Equal(words, ErrorWords.Of(errno));
        Assert.Equal(words, OutputProblem.Of(new IOException("Some words of the runtime : '/a/path'", errno)));
        Assert.Equal(words, OutputProblem.Of(new Win32Exception(errno)));
    }

    [Fact]
    public void What_the_runtime_throws_is_said_in_plain_words_and_without_the_path()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-test").FullName;
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder, "loop"), Path.Combine(folder, "loop"));
            Assert.Equal("its symbolic links lead in a circle", Thrown(() => File.ReadAllText(Path.Combine(folder, "loop"))));
            Assert.Equal("its name is too long", Thrown(() => File.ReadAllText(Path.Combine(folder, new string('n', 300)))));
            Assert.Equal(
                "it does not exist, or is a link to what does not", Thrown(() => File.ReadAllText(Path.Combine(folder, "no", "file"))));
            Assert.Equal("it is not what Terrace writes there", Thrown(() => JsonDocument.Parse("{")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Thrown(Action work) => OutputProblem.Of(Assert.ThrowsAny<Exception>(work));
}
