using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class RuleWarningsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("terrace-warnings-").FullName;

    public RuleWarningsTests()
    {
        Directory.CreateDirectory(_root + "/usr/bin");
        File.WriteAllText(_root + "/usr/bin/java-21", "");
        File.CreateSymbolicLink(_root + "/usr/bin/java", "java-21");
        File.CreateSymbolicLink(_root + "/bin", "usr/bin");
        Directory.CreateDirectory(_root + "/usr/lib/systemd/system");
        File.WriteAllText(_root + "/usr/lib/systemd/system/cron.service", "");
        File.WriteAllText(_root + "/usr/lib/systemd/system/redis@.service", "");
        Directory.CreateDirectory(_root + "/etc");
        File.WriteAllText(_root + "/usr/bin/script", "#!/usr/bin/python3 -E\nprint()\n");
        File.WriteAllText(_root + "/usr/bin/[", "");
        Directory.CreateDirectory(_root + "/sys/fs/cgroup/system.slice");
        Directory.CreateDirectory(_root + "/sys/fs/cgroup/lxc.payload.web");
        File.WriteAllText(_root + "/sys/fs/cgroup/cgroup.procs", "");
        File.WriteAllText(_root + "/etc/data", "");
        foreach (string program in (string[])["java-21", "script", "["])
        {
            File.SetUnixFileMode($"{_root}/usr/bin/{program}", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        File.WriteAllText(_root + "/etc/passwd", "root:x:0:0::/root:/bin/sh\nredis:x:104:112::/:/bin/false\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("executable: ROOT/bin/java-21", "'ROOT/bin/java-21' is a symlink to ROOT/usr/bin/java-21", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: ROOT/usr/bin/java", "'ROOT/usr/bin/java' is a symlink to ROOT/usr/bin/java-21",
        "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: ROOT/bin/jav*", "'ROOT/bin' is a symlink to ROOT/usr/bin", "write 'ROOT/usr/bin/jav*'")]
    [InlineData("executable: [/x, ROOT/bin/java]", "'ROOT/bin/java' is a symlink to ROOT/usr/bin/java-21", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: no-such-program", "'no-such-program' never matches", "write '*/no-such-program'")]
    [InlineData("executable: bin/x*", "'bin/x*' never matches", "write '*/bin/x*'")]
    [InlineData("unit: cron", "'cron' never matches", "write 'cron.service'")]
    [InlineData("unit: cron.timer", "never matches: units that processes are in end in .service, .scope or .slice",
        "write 'cron.service', or what it starts")]
    [InlineData("unit: cron.socket", "there is no unit 'cron.socket' on this host, and units that processes are in end in .service, .scope",
        "see systemctl list-unit-files for its name")]
    [InlineData("executable: ROOT/etc/data", "'ROOT/etc/data' never matches: it is a file that nobody may execute",
        "name the program that runs")]
    [InlineData("unit: crond.service", "there is no unit 'crond.service' on this host", "see systemctl list-unit-files for its name")]
    [InlineData("comm: a-name-of-17-byte", "'a-name-of-17-byte' never matches", "write 'a-name-of-17-by'")]
    [InlineData("user: gandalf", "'gandalf' never matches", "write the user's number")]
    [InlineData("cgroup: /system.slice/", "'/system.slice/' never matches", "write '/system.slice' or '/system.slice/*'")]
    [InlineData("executable: /usr/sbin/sshd", "'/usr/sbin/sshd' is sshd", "write include-system: true in the rule, or remove it")]
    [InlineData("comm: systemd", "'systemd' is the service manager", "write include-system: true in the rule, or remove it")]
    [InlineData("{ user: root, not: { user: root } }", "'not' leaves out all that the rule could match", "remove one of the two")]
    [InlineData("{ user: [root, redis], not: { user: 'r*' } }", "'not' leaves out all that the rule could match", "remove one of the two")]
    [InlineData("{ comm: x, not: { executable: '*/*' } }", "'not' leaves out all that the rule could match", "remove one of the two")]
    [InlineData("{ uid: 1..9, not: { uid: [0..4, 5..9] } }", "'not' leaves out all that the rule could match", "remove one of the two")]
    [InlineData("{ user: [root, redis], not: { user: root } }", "leaves out 'root', which the rule names to match",
        "remove it in one of the two places")]
    [InlineData("{ user: root, not: { uid: 0 } }", "its conditions on user and uid exclude each other", "remove one of them")]
    [InlineData("{ user: redis, uid: 1000..1999 }", "its conditions on user and uid exclude each other", "remove one of them")]
    [InlineData("{ cgroup: /system.slice, unit: 'redis*' }", "its conditions on cgroup and unit exclude each other", "remove one of them")]
    [InlineData("{ executable: ROOT/usr/bin/java-21, vm: web }", "its conditions on executable and vm exclude each other",
        "remove one of them")]
    [InlineData("{ comm: x, not: { executable: ROOT/usr/bin/java } }", "'ROOT/usr/bin/java' is a symlink", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: /opt/app-that-is-only-in-a-container", "nothing is at '/opt/app-that-is-only-in-a-container' now",
        "check the path, unless that program comes later or is in a container")]
    [InlineData("executable: [/no/a, /no/b, /no/c, /no/d]", "nothing is at any of '/no/a', '/no/b', '/no/c', … now",
        "check the path, unless that program comes later or is in a container")]
    [InlineData("cgroup: /system.slice/none.service", "nothing is at '/system.slice/none.service' now",
        "check the path, unless that control group comes later")]
    [InlineData("executable: ROOT/usr//bin/java-21", "'ROOT/usr//bin/java-21' never matches: the kernel writes one slash",
        "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: '*/usr//bin/*'", "never matches: the kernel writes one slash", "write '*/usr/bin/*'")]
    [InlineData("executable: ROOT/usr/lib/../bin/java-21", "never matches: no path that the kernel writes has . or .. in it",
        "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: '/usr/./bin/x*'", "never matches: no path that the kernel writes has . or .. in it", "write the whole path")]
    [InlineData("executable: 'ROOT/usr/bin/java-21 '", "never matches: it begins or ends with a space", "write 'ROOT/usr/bin/java-21'")]
    [InlineData("user: ' root'", "never matches: it begins or ends with a space", "write 'root'")]
    [InlineData("executable: ROOT/usr/bin/", "never matches: no program's path ends with a slash",
        "leave the slash out, or write 'ROOT/usr/bin/*' for all that is below it")]
    [InlineData("executable: ../x", "never matches: no path that the kernel writes has . or .. in it", "write the whole path")]
    [InlineData("executable: 'ROOT/usr/bin/java-21 -jar x'", "never matches: a program is compared without its arguments",
        "write 'ROOT/usr/bin/java-21', or use command")]
    [InlineData("executable: 'ROOT/usr/bin/java-21 (deleted)'", "never matches: a program that was replaced keeps its path",
        "write 'ROOT/usr/bin/java-21'")]
    [InlineData("executable: '/usr/bin/!(bash)'", "patterns have no groups", "write a list, and under not what is to be left out")]
    [InlineData("executable: '\"/usr/bin/x\"'", "quotes within quotes are letters like others", "write '/usr/bin/x'")]
    [InlineData("executable: '/no/such/*'", "nothing is at '/no/such/*' now",
        "check the path, unless that program comes later or is in a container")]
    [InlineData("cgroup: '/no.slice/*'", "nothing is at '/no.slice/*' now", "check the path, unless that control group comes later")]
    [InlineData("container: redis", "'redis' only matches a container of LXC or systemd-nspawn",
        "write the identifier, or its beginning and *, unless such a container comes later")]
    [InlineData("namespace: Prod", "'Prod' never matches: names of pods and namespaces", "see kubectl get pods --all-namespaces")]
    [InlineData("pod-name: 'prod/db-*'", "'prod/db-*' never matches: names of pods and namespaces",
        "see kubectl get pods --all-namespaces")]
    [InlineData("pod-name: 'db-*'", "this host has no /var/log/pods", "show that folder of the host to Terrace, or use pod")]
    [InlineData("container: 0123456789ab", "a container is compared by the 64 hexadecimal digits",
        "write '0123456789ab*' for one that begins so")]
    [InlineData("pod: web-0", "a pod is compared by its identifier, a UUID", "write the identifier, or its beginning and *")]
    [InlineData("user: 1000..1999", "there is no such user in /etc/passwd", "write uid: 1000..1999")]
    [InlineData("unit: cron.Service", "names of units end in lower case", "write 'cron.service'")]
    [InlineData("executable: ROOT/usr/bin", "'ROOT/usr/bin' never matches: it is a folder",
        "write 'ROOT/usr/bin/*' for all that is below it")]
    [InlineData("executable: ROOT/usr/bin/script", "it is a script, and the program that runs is /usr/bin/python3",
        "write command: \"*ROOT/usr/bin/script*\" instead")]
    [InlineData("executable: '/usr/bin/{a,b}'", "patterns have no braces", "write a list: [/usr/bin/a, /usr/bin/b]")]
    [InlineData("unit: 'redis@{1,2}.service'", "patterns have no braces", "write a list: [\"redis@1.service\", \"redis@2.service\"]")]
    [InlineData("executable: '/usr/bin/[ab]'", "patterns have no sets in brackets", "write a list: [/usr/bin/a, /usr/bin/b]")]
    [InlineData("comm: 'worker[0-9]'", "patterns have no sets in brackets", "write ? for any character, or a list: [workera, …]")]
    [InlineData("command: 'redis[0-9] *'", "patterns have no sets in brackets", "write ? for any character, or a list: [redisa *, …]")]
    [InlineData("executable: '/usr/bin/(a|b)'", "patterns have no alternatives with |", "write a list: [/usr/bin/a, /usr/bin/b]")]
    [InlineData("user: root|redis", "it is one pattern", "write a list: [root, redis]")]
    [InlineData("user: 'root, redis'", "it is one pattern", "write a list: [root, redis]")]
    [InlineData("command: '^redis.*'", "it is a regular expression, and patterns are globs", "write \"redis*\"")]
    [InlineData("executable: ~/bin/x", "'~/bin/x' never matches: the tilde is not replaced here", "write the whole path")]
    [InlineData("executable: $HOME/x", "the variable $HOME is not replaced here", "write the whole path")]
    [InlineData("executable: '${HOME}/x'", "the variable ${HOME} is not replaced here", "write the whole path")]
    [InlineData("executable: '/home/$USER/x'", "the variable $USER is not replaced here", "write the whole path")]
    [InlineData("executable: '%h/x'", "%h is not replaced here", "write the whole path")]
    [InlineData("parent: ~/x", "the tilde is not replaced here", "write the whole path")]
    [InlineData("command: ~/x*", "the tilde is not replaced here", "write the whole path")]
    [InlineData("user: $USER", "the variable $USER is not replaced here", "write its value")]
    [InlineData("unit: 'redis@%i.service'", "%i is not replaced here", "write 'redis@*.service', or what it stands for")]
    [InlineData("unit: 'dev-disk\\x2dby.mount'", "a backslash only takes the special meaning", "write 'dev-disk\\\\x2dby.mount'")]
    [InlineData("cgroup: /sys/fs/cgroup/system.slice", "paths of control groups begin below that folder", "write '/system.slice'")]
    [InlineData("comm: 'a-name-of-17-byte*'", "'a-name-of-17-byte*' never matches: the kernel cuts names", "write 'a-name-of-17-by'")]
    [InlineData("comm: /usr/bin/x", "names of processes have no folder", "write 'x', or use executable")]
    [InlineData("parent: a-name-of-17-byte", "'a-name-of-17-byte' never matches: the kernel cuts names", "write 'a-name-of-17-by'")]
    [InlineData("user: \u201croot\u201d", "curly quotes are letters like others", "write 'root'")]
    [InlineData("executable: '*'", "takes every process of the host but PID 1, the service manager, sshd and Terrace itself",
        "narrow it, or exclude others in rules before it")]
    public void A_rule_that_will_not_do_what_it_says_is_named_with_its_line_and_fix(string match, string what, string fix)
    {
        ConfigurationProblem warning = Assert.Single(Warnings(match));
        Assert.True(warning.IsWarning);
        Assert.Equal(2, warning.Line);
        Assert.Contains(what.Replace("ROOT", _root, StringComparison.Ordinal), warning.Problem.What, StringComparison.Ordinal);
        Assert.Equal(fix.Replace("ROOT", _root, StringComparison.Ordinal), warning.Problem.Fix);
        Assert.StartsWith("f:2: warning: rule 'a'", warning.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("executable: ROOT/usr/bin/java-21")]
    [InlineData("executable: ROOT/usr/bin/*")]
    [InlineData("executable: '*/redis-server'")]
    [InlineData("executable: 'ROOT/usr/bin/['")]
    [InlineData("command: 'sshd: root [priv]'")]
    [InlineData("command: 'sh -c $HOME/x {a} *'")]
    [InlineData("comm: '??name-of-15-by'")]
    [InlineData("cgroup: [/system.slice, '/system.slice/*', '/sys*', '*x']")]
    [InlineData("container: '0123456789ab*'")]
    [InlineData("container: web")]
    [InlineData("container: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("pod: ['*', 01234567-89ab-cdef-0123-456789abcdef]")]
    [InlineData("{ user: [root, redis], not: { user: 'www*' } }")]
    [InlineData("{ user: root, uid: 0..9 }")]
    [InlineData("{ uid: 1..9, not: { uid: [0..4, 6..9] } }")]
    [InlineData("{ executable: '*', not: { user: root } }")]
    [InlineData("executable: '/usr/?*/x*'")]
    [InlineData("unit: cron.service")]
    [InlineData("unit: redis@6380.service")]
    [InlineData("unit: session-4.scope")]
    [InlineData("unit: 'redis*'")]
    [InlineData("comm: a-name-of-15-by")]
    [InlineData("user: [root, 1234, 'www*']")]
    [InlineData("{ executable: '*', user: redis }")]
    public void What_may_match_is_not_warned_of(string match) => Assert.Empty(Warnings(match));

    [Theory]
    [InlineData("executable: '*/*'")]
    [InlineData("executable: '/*'")]
    [InlineData("executable: '?*'")]
    [InlineData("executable: '*?*'")]
    [InlineData("executable: '/**/*'")]
    [InlineData("executable: [/usr/bin/redis-server, '**']")]
    [InlineData("command: '?*'")]
    [InlineData("comm: '*?'")]
    [InlineData("comm: '??*'")]
    [InlineData("cgroup: '/?*'")]
    [InlineData("cgroup: '*'")]
    [InlineData("user: '?*'")]
    [InlineData("parent: '*'")]
    [InlineData("uid: 0..4294967295")]
    [InlineData("uid: [0..999, 1000..4294967295]")]
    [InlineData("{ executable: '/*', user: '*', comm: '?*' }")]
    public void Whatever_takes_everything_is_warned_of_alike(string match) =>
        Assert.StartsWith(
            "takes every process of the host but PID 1", Assert.Single(Warnings(match)).Problem.What, StringComparison.Ordinal);

    [Fact]
    public void Where_control_groups_cannot_be_seen_nothing_is_said_of_them()
    {
        File.Delete(_root + "/sys/fs/cgroup/cgroup.procs");
        Assert.Empty(Warnings("cgroup: /system.slice/none.service"));
    }

    [Fact]
    public void On_a_host_without_systemd_nothing_is_said_of_units_that_it_cannot_know()
    {
        Directory.Delete(_root + "/usr/lib/systemd", recursive: true);
        Assert.Empty(Warnings("unit: crond.service"));
    }

    [Fact]
    public void Links_that_lead_in_a_circle_are_no_program()
    {
        File.CreateSymbolicLink(_root + "/usr/bin/circle", "circle");
        Assert.Null(new RealPaths().Of(_root + "/usr/bin/circle"));
        Assert.Null(new RealPaths().Of(_root + "/usr/bin/\0"));
        Assert.Null(new RealPaths().Of(""));
        Assert.Empty(Warnings("executable: ROOT/usr/bin/circle"));
    }

    [Fact]
    public void A_rule_that_is_covered_is_warned_of_once_and_names_the_one_before()
    {
        DaemonConfiguration read = Read(
            "rules:\n- { name: a, match: { user: root } }\n- { name: b, match: { user: root, unit: nonsense } }");
        Assert.Equal(
            "f:3: warning: rule 'b': never applies: rule 'a' (f:2) comes first and takes all that it could"
                + " — move it before that rule, or remove it",
            Assert.Single(RuleWarnings.Of(read, _root)).ToString());
    }

    [Theory]
    [InlineData("user: root", "uid: 0", true)]
    [InlineData("uid: 0..9", "user: root", true)]
    [InlineData("uid: 0", "{ user: root, comm: x }", true)]
    [InlineData("user: redis", "uid: 0", false)]
    [InlineData("uid: 104", "user: [redis, root]", false)]
    [InlineData("user: root", "uid: 0..9", false)]
    [InlineData("{ command: 'a*', not: { user: root } }", "{ command: ab, user: redis }", true)]
    [InlineData("{ command: 'a*', not: { user: root } }", "{ command: ab, user: root }", false)]
    [InlineData("{ command: 'a*', not: { user: '104' } }", "{ command: ab, user: redis }", false)]
    public void A_user_covers_its_number_and_what_leaves_out_another(string first, string second, bool covered)
    {
        static string Braced(string match) => match.StartsWith('{') ? match : $"{{ {match} }}";
        DaemonConfiguration read = Read($"rules:\n- {{ name: a, match: {Braced(first)} }}\n- {{ name: b, match: {Braced(second)} }}");
        Assert.Equal(
            covered,
            RuleWarnings.Of(read, _root).Any(one => one.Problem.What.StartsWith("never applies", StringComparison.Ordinal)));
    }

    private static DaemonConfiguration Read(string text)
    {
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return read!;
    }

    private IReadOnlyList<ConfigurationProblem> Warnings(string match)
    {
        match = match.Replace("ROOT", _root, StringComparison.Ordinal);
        return RuleWarnings.Of(
            Read($"rules:\n- {{ name: a, match: {(match.StartsWith('{') ? match : $"{{ {match} }}")} }}"), _root);
    }
}
