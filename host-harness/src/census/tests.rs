use super::*;

fn needs(text: &str) -> Needs {
    of(&wat::parse_str(text).unwrap())
}

fn of(component: &[u8]) -> Needs {
    let limits = Limits::default();
    effective::follow(&read::read(component, &limits).unwrap(), &limits).unwrap()
}

#[test]
fn every_instance_of_a_module_counts_with_its_memories_and_tables() {
    let two = r#"(component
        (core module $m (memory 2) (table 7 funcref) (table 3 funcref))
        (core module $unused (memory 1000))
        (core instance (instantiate $m))
        (core instance (instantiate $m)))"#;
    let counted = Needs {
        instances: 2,
        memories: 2,
        memory_bytes: 2 << 16,
        tables: 4,
        table_elements: 7,
        ..Needs::default()
    };
    assert_eq!(Needs { definitions: 0, ..needs(two) }, counted);
}

#[test]
fn components_inside_components_multiply_also_through_aliases_and_exports() {
    let doubled = r#"(component
        (core module $m (memory 1))
        (component $a
            (alias outer 1 $m (core module $n))
            (core instance (instantiate $n))
            (core instance (instantiate $n)))
        (component $b (alias outer 1 $a (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))
        (export $d "d" (component $b))
        (instance (instantiate $b))
        (instance (instantiate $d)))"#;
    let counted = Needs {
        instances: 8,
        memories: 8,
        memory_bytes: 1 << 16,
        component_instances: 2 + 4,
        ..Needs::default()
    };
    assert_eq!(Needs { definitions: 0, ..needs(doubled) }, counted);
}

/// wasmtime would make each of them while it compiles.
#[test]
fn a_component_that_doubles_itself_forty_times_is_counted_at_once() {
    let mut text = String::from(
        "(core module $m) (component $c0 (alias outer 1 $m (core module $n)) (core instance (instantiate $n)))",
    );
    for level in 1..=40 {
        let below = level - 1;
        text += &format!(
            "(component $c{level} (alias outer 1 $c{below} (component $b)) (instance (instantiate $b)) (instance (instantiate $b)))"
        );
    }
    let bomb = wat::parse_str(format!("(component {text} (instance (instantiate $c40)))")).unwrap();
    let refused = check(&bomb, &Limits::default()).unwrap_err();
    assert_eq!(refused, LoadError::Exceeds { setting: "limits.instances", needs: 1 << 40, allows: 4 });
}

#[test]
fn our_own_engine_needs_what_the_defaults_allow() {
    let needs = of(wecom_component::WECOM_ENGINE);
    assert_eq!((needs.instances, needs.memories), (3, 1));
    assert_eq!(check(wecom_component::WECOM_ENGINE, &Limits::default()), Ok(()));
}

/// The defaults leave room for an engine ten times as large, and no more than that.
#[test]
fn our_own_engine_takes_a_small_part_of_what_may_be_compiled() {
    let limits = Limits::default();
    let read = read::read(wecom_component::WECOM_ENGINE, &limits).unwrap();
    let Totals { functions, function_bytes, function_locals, local_bytes, values, types, definitions } =
        read.totals;
    let needs = of(wecom_component::WECOM_ENGINE);
    let definitions = definitions + needs.definitions;
    for (name, has, may) in [
        ("functions", functions, limits.functions.into()),
        ("function_bytes", function_bytes, limits.function_bytes as u64),
        ("function_locals", function_locals, limits.function_locals.into()),
        ("local_bytes", local_bytes, limits.local_bytes),
        ("values", values, limits.values),
        ("types", types, limits.types.into()),
        ("adapter_types", types * needs.lowered, limits.adapter_types),
        ("definitions", definitions, limits.definitions.into()),
        ("component_instances", needs.component_instances, limits.component_instances.into()),
    ] {
        assert!(has * 10 <= may, "{name}: {has} of {may}");
    }
}
