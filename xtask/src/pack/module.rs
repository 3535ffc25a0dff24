//! The WebAssembly module with its functions in another order and its imports under other names.

use std::collections::BTreeMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, ImportSection, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionSectionReader, ImportSectionReader, Parser,
    Payload, TypeRef,
};

use super::order::alike;
use crate::process::Outcome;

/// The names of the imported functions.
pub(super) fn imported(module: &[u8]) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.map_err(unreadable)? {
            for import in section.into_imports() {
                let import = import.map_err(unreadable)?;
                if matches!(import.ty, TypeRef::Func(_)) {
                    names.push(import.name.to_owned());
                }
            }
        }
    }
    Ok(names)
}

/// The module with alike functions side by side, imports named as `names` says, and nothing that only serves
/// debugging.
pub(super) fn packed(module: &[u8], names: &BTreeMap<String, String>) -> Outcome<Vec<u8>> {
    let mut packer = Packer {
        names,
        order: Vec::new(),
        places: Vec::new(),
        imports: count(imported(module)?.len())?,
    };
    packer.read_order(module)?;
    let mut packed = Module::new();
    packer
        .parse_core_module(&mut packed, Parser::new(0), module)
        .map_err(|error| format!("The program cannot be packed: {error}."))?;
    Ok(packed.finish())
}

struct Packer<'a> {
    names: &'a BTreeMap<String, String>,
    /// By new place among the module's own functions: the old place.
    order: Vec<usize>,
    /// By old place: the new place.
    places: Vec<u32>,
    /// Imported functions, which come first and stay.
    imports: u32,
}

impl Packer<'_> {
    fn read_order(&mut self, module: &[u8]) -> Outcome<()> {
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CodeSectionEntry(body) = payload.map_err(unreadable)? {
                bodies.push(body.as_bytes().to_vec());
            }
        }
        self.order = alike(&bodies);
        self.places = vec![0; bodies.len()];
        for (new, old) in self.order.iter().enumerate() {
            if let Some(place) = self.places.get_mut(*old) {
                *place = count(new)?;
            }
        }
        Ok(())
    }

    /// What stands at the old places, in the new order.
    fn sorted<T>(&self, list: Vec<T>) -> Vec<T> {
        let mut list: Vec<Option<T>> = list.into_iter().map(Some).collect();
        self.order
            .iter()
            .filter_map(|old| list.get_mut(*old)?.take())
            .collect()
    }
}

impl Reencode for Packer<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let own = function
            .checked_sub(self.imports)
            .and_then(|own| self.places.get(usize::try_from(own).ok()?));
        Ok(own.map_or(function, |place| self.imports + place))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for kind in self.sorted(types) {
            functions.function(self.type_index(kind)?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for body in self.sorted(bodies) {
            self.parse_function_body(code, body)?;
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        for import in section.into_imports() {
            let import = import?;
            let name = self
                .names
                .get(import.name)
                .map_or(import.name, String::as_str);
            imports.import(import.module, name, self.entity_type(import.ty)?);
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

fn count(number: usize) -> Outcome<u32> {
    u32::try_from(number).map_err(|_| format!("The program has too many functions: {number}."))
}

fn unreadable(error: wasmparser::BinaryReaderError) -> String {
    format!("The program is no WebAssembly module that can be read: {error}.")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
        Function, FunctionSection, ImportSection, Instruction, Module, RefType, TableSection,
        TableType, TypeSection, ValType,
    };
    use wasmparser::{ElementItems, ElementKind, Parser, Payload};

    use super::{imported, packed};

    /// A function that returns `number` after calling function `called`.
    fn function(called: u32, number: i32) -> Function {
        let mut function = Function::new([]);
        let body = [
            Instruction::Call(called),
            Instruction::Drop,
            Instruction::I32Const(number),
            Instruction::End,
        ];
        for instruction in body {
            function.instruction(&instruction);
        }
        function
    }

    /// Imports `long`; its functions 1 to 3 return 9, 5, 7, call 0, 1, 2, are in a table, and 2 is exported.
    fn module() -> Vec<u8> {
        let (mut types, mut imports, mut functions) = (
            TypeSection::new(),
            ImportSection::new(),
            FunctionSection::new(),
        );
        types.ty().function([], [ValType::I32]);
        imports.import("glue", "long", EntityType::Function(0));
        let (mut tables, mut exports, mut elements, mut code) = (
            TableSection::new(),
            ExportSection::new(),
            ElementSection::new(),
            CodeSection::new(),
        );
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 3,
            maximum: None,
            shared: false,
        });
        exports.export("five", ExportKind::Func, 2);
        elements.active(
            None,
            &ConstExpr::i32_const(0),
            Elements::Functions(vec![1, 2, 3].into()),
        );
        for (called, number) in [(0, 9), (1, 5), (2, 7)] {
            functions.function(0);
            code.function(&function(called, number));
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.finish()
    }

    /// Of each function in the table: what it returns, and what the one that it calls returns.
    fn told(module: &[u8]) -> (Vec<(i32, i32)>, i32) {
        let (mut numbers, mut calls, mut table, mut exported) = (vec![0], vec![0], Vec::new(), 0);
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        match operator.unwrap() {
                            wasmparser::Operator::Call { function_index } => {
                                calls.push(function_index as usize)
                            }
                            wasmparser::Operator::I32Const { value } => numbers.push(value),
                            _ => {}
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    exported = section.into_iter().next().unwrap().unwrap().index
                }
                Payload::ElementSection(section) => {
                    let element = section.into_iter().next().unwrap().unwrap();
                    assert!(matches!(element.kind, ElementKind::Active { .. }));
                    if let ElementItems::Functions(list) = element.items {
                        table = list
                            .into_iter()
                            .map(|index| index.unwrap() as usize)
                            .collect();
                    }
                }
                _ => {}
            }
        }
        let pairs = table
            .into_iter()
            .map(|index: usize| (numbers[index], numbers[calls[index]]))
            .collect();
        (pairs, numbers[exported as usize])
    }

    #[test]
    fn in_another_order_everything_still_names_the_same_functions() {
        let module = module();
        let names = BTreeMap::from([("long".to_owned(), "i0".to_owned())]);
        let packed = packed(&module, &names).unwrap();
        assert_eq!(told(&module), (vec![(9, 0), (5, 9), (7, 5)], 5));
        assert_eq!(told(&packed), told(&module));
        assert_ne!(packed, super::packed(&module, &BTreeMap::new()).unwrap());
        assert_eq!(
            (imported(&module).unwrap(), imported(&packed).unwrap()),
            (vec!["long".into()], vec!["i0".into()])
        );
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(
            imported(b"glue")
                .unwrap_err()
                .contains("no WebAssembly module")
        );
    }
}
