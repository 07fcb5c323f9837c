using Microsoft.Extensions.Time.Testing;
using Terrace.Cli.Terminal;

namespace Terrace.Cli.Tests.Terminal;

public sealed class StatusLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void It_writes_over_itself_on_the_terminal_of_stderr_and_is_gone_at_the_end()
    {
        StatusLine line = New(width: 80);
        line.Show("half", 0.5);
        line.Clear();
        line.Clear();
        Assert.Equal("\r\e[0Kterrace: ██████████░░░░░░░░░░ half\r\e[0K", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void It_shows_nothing_where_no_line_can_be_written_over()
    {
        StatusLine line = New(width: 80, cursor: false);
        Assert.False(line.IsDue);
        line.Show("half", 0.5);
        line.Clear();
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData(40, "terrace: a name that is longer than th…")]
    [InlineData(20, "terrace: a name th…")]
    public void It_is_cut_to_the_terminal_which_could_not_write_over_two_lines(int width, string shown)
    {
        New(width).Show("a name that is longer than the terminal is wide", 0.5);
        Assert.Equal("\r\e[0K" + shown, _error.ToString());
    }

    [Fact]
    public void Wide_characters_and_control_characters_do_not_break_it()
    {
        New(width: 20).Show("\e[2J漢字漢字漢字漢字");
        Assert.Equal("\r\e[0Kterrace: ?[2J漢字…", _error.ToString());
    }

    [Fact]
    public void It_is_due_ten_times_a_second()
    {
        StatusLine line = New(width: 80);
        Assert.True(line.IsDue);
        line.Show("first");
        Assert.False(line.IsDue);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(line.IsDue);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(line.IsDue);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private StatusLine New(int width, bool cursor = true) =>
        new(new CliConsole(_output, _error) { ErrorIsTerminal = cursor, ErrorHasCursor = cursor, Width = width }, _time);
}
