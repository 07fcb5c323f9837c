namespace Terrace.Cli.Doctor;

/// <summary>Looks at one thing of the host, and changes nothing.</summary>
internal interface IHostCheck
{
    /// <summary>Looks.</summary>
    CheckResult Look(DoctorHost host);
}
