namespace Terrace.Host.Configuration;

/// <summary>What has a rule's share, size and limits: all that the rule matches together, or each part of it for itself.</summary>
internal enum ShareScope
{
    /// <summary>All processes of the rule together.</summary>
    Rule,

    /// <summary>The processes of each control group together.</summary>
    ControlGroup,

    /// <summary>The processes of each Kubernetes pod together; outside of pods those of each container, or of each control group.</summary>
    Pod,

    /// <summary>Each process for itself; of a virtual machine its guest.</summary>
    Process,
}
