using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Host.Configuration;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleShadowsTests
{
    private static readonly Gen<string> s_pattern =
        from parts in Gen.Elements("a", "b", "ab", "*", "?", "/").ArrayOf()
        where parts.Length is > 0 and < 7
        select string.Concat(parts);

    [Theory]
    [InlineData("executable: '*'", "executable: /usr/bin/x")]
    [InlineData("executable: '*'", "user: redis")]
    [InlineData("command: '*'", "unit: a.service")]
    [InlineData("executable: /*", "unit: a.service")]
    [InlineData("cgroup: '/*'", "unit: a.service")]
    [InlineData("uid: 0..4294967295", "unit: a.service")]
    [InlineData("executable: /usr/*", "executable: /usr/bin/x")]
    [InlineData("executable: /usr/*", "executable: [/usr/bin/x, /usr/sbin/*]")]
    [InlineData("executable: /usr/*", "{ executable: /usr/bin/x, user: root }")]
    [InlineData("user: redis", "{ executable: /usr/bin/x, user: redis }")]
    [InlineData("user: [redis, root]", "user: root")]
    [InlineData("uid: 1000..1999", "uid: [1001, 1500..1600]")]
    [InlineData("{ executable: '*', not: { user: root } }", "{ unit: a.service, not: { user: [root, x] } }")]
    [InlineData("command: '*redis*'", "command: '/usr/bin/redis-server *'")]
    [InlineData("cgroup: /a?", "cgroup: /ab")]
    public void A_rule_that_an_earlier_one_covers_is_found(string first, string second)
    {
        (TargetRule rule, TargetRule by) = Assert.Single(Shadows(first, second));
        Assert.Equal(("r1", "r0"), (rule.Name, by.Name));
    }

    [Theory]
    [InlineData("executable: /usr/bin/x", "executable: '*'")]
    [InlineData("vm: '*'", "executable: /usr/bin/x")]
    [InlineData("executable: /usr/?", "executable: /usr/*")]
    [InlineData("{ executable: /usr/*, user: root }", "executable: /usr/bin/x")]
    [InlineData("user: root", "user: [root, redis]")]
    [InlineData("{ executable: '*', not: { user: root } }", "unit: a.service")]
    [InlineData("{ executable: '*', not: { user: root } }", "{ unit: a.service, not: { user: x } }")]
    [InlineData("uid: 1000..1999", "uid: 1999..2000")]
    [InlineData("parent: 'a*'", "parent: a/b")]
    public void A_rule_that_takes_something_of_its_own_is_not(string first, string second) => Assert.Empty(Shadows(first, second));

    [Fact]
    public void A_rule_that_may_take_the_system_is_not_covered_by_one_that_may_not()
    {
        TargetRule all = RuleMatchTests.RuleOf("executable: '*'");
        TargetRule sshd = RuleMatchTests.RuleOf("executable: /usr/sbin/sshd", "include-system: true");
        Assert.Empty(RuleShadows.Of([all, sshd], out _));
        Assert.Single(RuleShadows.Of([all with { Exclude = true }, sshd], out _));
    }

    [Property(MaxTest = 3000)]
    public Property What_is_covered_takes_nothing_that_the_other_does_not() =>
        Prop.ForAll(s_pattern.ToArbitrary(), s_pattern.ToArbitrary(), (broad, narrow) =>
        {
            if (!PatternCover.Covers(PatternCover.Prepare(broad), PatternCover.Prepare(narrow)))
            {
                return;
            }

            Random random = new(broad.Length + (31 * narrow.Length));
            for (int i = 0; i < 20; i++)
            {
                string text = TextLike(narrow, random);
                if (text.Length == 0)
                {
                    // No pattern takes a text without a character, and no fact of a process is one.
                    continue;
                }

                Assert.True(FileSystemName.MatchesSimpleExpression(narrow, text, ignoreCase: false));
                Assert.True(FileSystemName.MatchesSimpleExpression(broad, text, ignoreCase: false), $"{broad} {narrow} {text}");
            }
        });

    [Property(MaxTest = 300)]
    public Property Looking_only_where_something_is_in_common_finds_what_comparing_all_finds() =>
        Prop.ForAll(s_pattern.ArrayOf().ToArbitrary(), patterns =>
        {
            List<TargetRule> rules = [.. patterns.Select((pattern, i) => Rule(i, (i % 3) switch
            {
                0 => RuleMatch.Of((MatchKey.Command, pattern)),
                1 => RuleMatch.Of((MatchKey.Command, pattern), (MatchKey.User, "x")),
                _ => RuleMatch.Of((MatchKey.Vm, pattern)),
            }))];
            List<RuleReach> reaches = [.. rules.Select(rule => new RuleReach(rule))];
            Assert.Equal(
                reaches.Where((reach, i) => reaches.Take(i).Any(first => first.Covers(reach))).Select(reach => reach.Rule.Name),
                RuleShadows.Of(rules, out bool compared).Select(shadow => shadow.Rule.Name));
            Assert.True(compared);
        });

    [Theory]
    [InlineData("/usr/bin/p{0}")]
    [InlineData("*app-{0}-x*")]
    [InlineData("/opt/*/bin/app{0}")]
    public void Fifteen_thousand_rules_are_compared_without_comparing_each_with_each(string pattern)
    {
        List<TargetRule> rules =
        [
            .. Enumerable.Range(0, 15_000)
                .Select(i => Rule(i, RuleMatch.Of((MatchKey.Command, string.Format(CultureInfo.InvariantCulture, pattern, i))))),
        ];
        string again = string.Format(CultureInfo.InvariantCulture, pattern, 77);
        rules.Add(Rule(15_000, RuleMatch.Of((MatchKey.Command, again), (MatchKey.User, "x"))));
        (TargetRule rule, TargetRule by) = Assert.Single(RuleShadows.Of(rules, out bool compared));
        Assert.Equal(("r15000", "r77", true), (rule.Name, by.Name, compared));
    }

    [Fact]
    public void Where_there_are_too_many_it_says_that_not_all_were_compared()
    {
        List<TargetRule> alike = [.. Enumerable.Range(0, 5000).Select(i => Rule(i, RuleMatch.Of((MatchKey.Uid, $"{i}..{i}"))))];
        Assert.Empty(RuleShadows.Of(alike, out bool compared));
        Assert.False(compared);
        RuleShadows.Of([.. alike.Take(500)], out compared);
        Assert.True(compared);
    }

    private static string TextLike(string pattern, Random random)
    {
        StringBuilder text = new();
        foreach (char c in pattern)
        {
            for (int i = c == '*' ? random.Next(4) : 1; i > 0; i--)
            {
                text.Append(c is '*' or '?' ? "ab/"[random.Next(3)] : c);
            }
        }

        return text.ToString();
    }

    private static TargetRule Rule(int number, RuleMatch match) => new() { Name = $"r{number}", Match = match, Line = number };

    private static IReadOnlyList<(TargetRule Rule, TargetRule By)> Shadows(params string[] matches) =>
        RuleShadows.Of([.. matches.Select((match, i) => RuleMatchTests.RuleOf(match) with { Name = $"r{i}" })], out _);
}
