"""Where money goes back through: the gateways behind the port, and how a refund is sent through one."""
