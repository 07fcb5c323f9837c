using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Files;

public sealed class FileWriterTests
{
    [Fact]
    public async Task A_text_that_cannot_be_written_fails_alone_and_the_next_one_is_written()
    {
        List<string> written = [];
        using FileWriter file = new("anywhere", (_, text) =>
        {
            if (text == "bad")
            {
                throw new CommandFailure(ExitCode.CannotWrite, "no room", "make room");
            }

            written.Add(text);
        });
        Task first = file.WriteAsync("first");
        Task bad = file.WriteAsync("bad");
        Task last = file.WriteAsync("last");
        await first;
        Assert.Equal("no room", (await Assert.ThrowsAsync<CommandFailure>(() => bad)).Message);
        await last;
        Assert.Equal(["first", "last"], written);
    }

    [Fact]
    public void What_was_asked_for_is_on_the_disk_when_the_writer_has_ended()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-").FullName;
        try
        {
            string path = Path.Combine(folder, "state", "file");
            using (FileWriter file = new(path))
            {
                _ = file.WriteAsync("first");
                _ = file.WriteAsync("last");
            }

            Assert.Equal("last", File.ReadAllText(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
