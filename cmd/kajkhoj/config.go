package main

type configCmd struct{}

func (configCmd) Help() string {
	return `What is printed is a configuration file: the defaults, the file that --config names, and the flags and environment over it.

  kajkhoj config --search meili > kajkhoj.yaml`
}

func (configCmd) Run(e *env) error {
	c, _, err := e.settings()
	if err != nil {
		return err
	}
	out, err := c.Redacted().YAML()
	if err != nil {
		return err
	}
	_, err = e.stdout.Write(out)
	return err
}
