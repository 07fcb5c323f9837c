using System.Text;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessCredentialsTests
{
    private const string Status = "Name:\tsleep\nUid:\t{0}\nGid:\t{1}\nCapInh:\t0000000000000000\nCapPrm:\t{2}\nCapEff:\t0\n";

    [Theory]
    [InlineData("7\t7\t7\t7", 7)]
    [InlineData("0\t7\t7\t7", null)]
    [InlineData("7\t0\t7\t7", null)]
    [InlineData("7\t7\t0\t7", null)]
    [InlineData("7\t7\t7\t0", null)]
    public void A_user_or_group_is_one_only_when_all_four_are(string four, int? one)
    {
        ProcessCredentials ofUser = Parse(four, "9\t9\t9\t9", "00000000a80425fb")!.Value;
        ProcessCredentials ofGroup = Parse("9\t9\t9\t9", four, "0000000000000000")!.Value;
        Assert.Equal(((uint?)one, 9u), (ofUser.OneUserId, ofUser.OneGroupId));
        Assert.Equal((9u, (uint?)one), (ofGroup.OneUserId, ofGroup.OneGroupId));
        Assert.Equal((0xa80425fbul, 0ul), (ofUser.Permitted, ofGroup.Permitted));
    }

    [Theory]
    [InlineData("7\t7\t7", "9\t9\t9\t9", "0")]
    [InlineData("7\t7\t7\t7", "9\t9\t9\tx", "0")]
    [InlineData("7\t7\t7\t7", "9\t9\t9\t9", "x")]
    public void What_cannot_be_read_is_not_known(string users, string groups, string permitted) =>
        Assert.Null(Parse(users, groups, permitted));

    [Fact]
    public void That_of_this_process_is_read_and_of_one_that_is_not_there_is_not()
    {
        Assert.NotNull(ProcessCredentials.Of(Environment.ProcessId));
        Assert.Null(ProcessCredentials.Of(int.MaxValue));
    }

    private static ProcessCredentials? Parse(string users, string groups, string permitted) =>
        ProcessCredentials.Parse(Encoding.ASCII.GetBytes(
            Status.Replace("{0}", users, StringComparison.Ordinal)
                .Replace("{1}", groups, StringComparison.Ordinal)
                .Replace("{2}", permitted, StringComparison.Ordinal)));
}
